#!/usr/bin/env node
/*
 * What is asked most is answered without loading the command line, which takes twice as long as Node itself: oclif's
 * `--version`, word by word, and its page of all commands, as the build has kept it.
 */
const read = async (path) => {
  const { readFile } = await import('node:fs/promises');
  return readFile(new URL(path, import.meta.url), 'utf8');
};

async function agent() {
  const { name, version } = JSON.parse(await read('../package.json'));
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}

/** The page of all commands; undefined where it isn't kept, or oclif would draw it in another way. */
async function help() {
  const { env, stdout } = process;
  const isNarrow = stdout.isTTY && stdout.columns < 80;
  if (isNarrow || env.OCLIF_COLUMNS !== undefined || env.FORCE_COLOR !== undefined) return undefined;
  const page = await read('../dist/help.txt').catch(() => undefined);
  const isPlain = !stdout.isTTY || env.NO_COLOR !== undefined || env.TERM === 'dumb';
  // eslint-disable-next-line no-control-regex -- bold, on and off
  const text = isPlain ? page?.replace(/\u001b\[[0-9]+m/g, '') : page;
  return text?.replace('{agent}', await agent());
}

/** With the exit codes of every command: a reader that has gone is none of our failures, a full disk is. */
function print(answer) {
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`s6ts: cannot write the output: ${error.message}\n`);
    process.exit(2);
  });
  process.stdout.write(answer);
}

async function everythingElse(args) {
  const { fileURLToPath } = await import('node:url');
  const file = fileURLToPath(new URL('../dist/cli/run.cjs', import.meta.url));
  const { bundle, keepCode } = await import('../dist/cli/load-bundle.js')
    .then(({ loadBundle }) => loadBundle(file, args[0] ?? '', process.env))
    .catch((error) => {
      const isUnbuilt = error.code === 'ENOENT' && error.path === file;
      if (error.code !== 'ERR_MODULE_NOT_FOUND' && !isUnbuilt) throw error;
      process.stderr.write('s6ts: this checkout is not built yet\n  → npm ci && npm run build\n');
      process.exit(2);
    });
  await bundle.runCli(args, Object.keys(bundle.COMMANDS));
  await keepCode();
}

const args = process.argv.slice(2);
const kept =
  args.length > 1 ? undefined : { '--version': async () => `${await agent()}\n`, '--help': help }[args[0]];
const answer = await kept?.();
if (answer === undefined) await everythingElse(args);
else print(answer);
