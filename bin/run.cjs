#!/usr/bin/env node
/*
 * What is asked most is answered without loading the command line, which takes twice as long as Node itself: oclif's
 * `--version`, word by word, and its page of all commands, as the build has kept it.
 */
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const HELP = join(__dirname, '../dist/help.txt');

function agent() {
  const { name, version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8'));
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}

/** The page of all commands; undefined where it isn't kept, or oclif would draw it in another way. */
function help() {
  const { env, stdout } = process;
  const isNarrow = stdout.isTTY && stdout.columns < 80;
  if (isNarrow || env.OCLIF_COLUMNS !== undefined || env.FORCE_COLOR !== undefined) return undefined;
  const page = existsSync(HELP) ? readFileSync(HELP, 'utf8') : undefined;
  const isPlain = !stdout.isTTY || env.NO_COLOR !== undefined || env.TERM === 'dumb';
  // eslint-disable-next-line no-control-regex -- bold, on and off
  const text = isPlain ? page?.replace(/\u001b\[[0-9]+m/g, '') : page;
  return text?.replace('{agent}', agent());
}

/** With the exit codes of every command: a reader that has gone is none of our failures, a full disk is. */
function print(answer) {
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(0);
    fail(`cannot write the output: ${error.message}`);
  });
  process.stdout.write(answer);
}

async function everythingElse(args) {
  // It ends by process.exit() alone: Node has nothing left to do, and the command is not done.
  process.once('beforeExit', () => fail('nothing goes on, and the command is not done: please report this'));
  const { bundle, keepCode } = load(args[0] ?? '');
  await bundle.runCli(args, Object.keys(bundle.COMMANDS));
  await keepCode();
  const written = (stream) => new Promise((resolve) => stream.write('', resolve));
  await Promise.all([process.stdout, process.stderr].map(written));
  // Else Node takes V8's memory apart first, for 10 ms.
  process.exit();
}

function load(use) {
  const [loader, file] = ['load-bundle.cjs', 'run.cjs'].map((name) => join(__dirname, '../dist/cli', name));
  if (existsSync(loader) && existsSync(file)) return require(loader).loadBundle(file, use, process.env);
  return fail('this checkout is not built yet\n  → npm ci && npm run build');
}

function broken(error) {
  const { message = error, stack = message } = error ?? {};
  fail(process.env.S6TS_DEBUG === '1' ? stack : `${message} (S6TS_DEBUG=1 shows where)`);
}

function fail(message) {
  process.stderr.write(`s6ts: ${message}\n`);
  process.exit(2);
}

const args = process.argv.slice(2);
const kept = args.length > 1 ? undefined : { '--version': () => `${agent()}\n`, '--help': help }[args[0]];
const answer = kept?.();
if (answer === undefined) everythingElse(args).catch(broken);
else print(answer);
