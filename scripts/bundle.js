/**
 * Joins all that the command line loads into one file, dist/cli/run.js: oclif alone comes as a hundred, and Node needs a
 * millisecond or two for each. It carries the commands, too: oclif finds them in it by the name COMMANDS. Like all that tsc
 * writes, it lies two below the package's root, which the code relies on. The other modules of dist/ stay as they are, for
 * who imports them. Licences of what is joined: dist/bundled-licences.txt.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const commands = readdirSync(join(ROOT, 'dist/commands'))
  .filter((name) => name.endsWith('.js'))
  .map((name) => name.slice(0, -3));

/** The command line's one way in, and its commands by their ids. */
const ENTRY = `${commands.map((id, at) => `import command${at} from './dist/commands/${id}.js';`).join('\n')}
export const COMMANDS = { ${commands.map((id, at) => `'${id}': command${at}`).join(', ')} };
export { runCli } from './dist/cli/run.js';`;

/** What CommonJS packages expect to find in an ES module. */
const COMMONJS = `import { createRequire as s6tsRequire } from 'node:module';
import { fileURLToPath as s6tsPath } from 'node:url';
const require = s6tsRequire(import.meta.url), __filename = s6tsPath(import.meta.url), __dirname = s6tsPath(new URL('.', import.meta.url));`;

/** The code as tsc has compiled it, and the versions of what it uses: 64 hex digits. */
const code = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
for (const name of readdirSync(join(ROOT, 'dist'), { recursive: true }).sort()) {
  if (name.endsWith('.js')) code.update(readFileSync(join(ROOT, 'dist', name)));
}

const { metafile } = await build({
  absWorkingDir: ROOT,
  stdin: { contents: ENTRY, resolveDir: ROOT },
  outfile: 'dist/cli/run.js',
  allowOverwrite: true,
  bundle: true,
  // Names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // What jsonc-parser has for CommonJS loads its parts in a way that can't be followed.
  mainFields: ['module', 'main'],
  banner: { js: COMMONJS },
  // One file each already, or with machine code, or sought by oclif in a checkout of its own alone.
  external: ['openpgp', 'dockerode', '@gfx/zopfli', 'typescript', 'ts-node'],
  define: { 'process.env.S6TS_BUILD': JSON.stringify(code.digest('hex')) },
  metafile: true,
  logLevel: 'warning',
});

/** node_modules/NAME of every file that has come into an output. */
const packages = new Set(
  Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.keys(inputs))
    .map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
    .filter((path) => path !== undefined),
);

/** What a package says of its licence: files of its own, else the end of its README, else whose it is. */
function licenceTexts(folder, author) {
  const files = readdirSync(folder).sort();
  const textOf = (file) => readFileSync(join(folder, file), 'utf8').trim();
  const own = files.filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file)).map(textOf);
  if (own.length > 0) return own;
  const readme = files.filter((file) => /^readme/i.test(file)).map(textOf);
  const parts = readme.map((text) => /^(?:#+ *)?Licen[cs]e\n[^]*/im.exec(text)?.[0]).filter(Boolean);
  return parts.length > 0 ? parts : [`Copyright ${author?.name ?? author}`];
}

const notices = [...packages].sort().map((folder) => {
  const path = join(ROOT, folder);
  const { name, version, license, author } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  return [`${name} ${version} (${license})`, ...licenceTexts(path, author)].join('\n\n');
});
writeFileSync(join(ROOT, 'dist/bundled-licences.txt'), `${notices.join(`\n\n${'-'.repeat(72)}\n\n`)}\n`);
