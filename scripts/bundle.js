/**
 * Joins all that the command line loads into one file, dist/cli/run.cjs: oclif alone comes as a hundred, and Node needs a
 * millisecond or two for each. It carries the commands, too: oclif finds them in it by the name COMMANDS. It is CommonJS,
 * whose compiled code src/cli/load-bundle.ts can keep; dist/cli/load-bundle.cjs is joined with the little that it needs.
 * Like all that tsc writes, both lie two below the package's root, which the code relies on. The other modules of dist/ stay
 * as they are, for who imports them. Licences of what is joined: dist/bundled-licences.txt.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const commands = readdirSync(join(ROOT, 'dist/commands'))
  .filter((name) => name.endsWith('.js'))
  .map((name) => name.slice(0, -3));

/** The command line's one way in, what ends it, and its commands by their ids: what they need is made ready for those that are run. */
const ENTRY = `export const COMMANDS = {
${commands.map((id) => `get '${id}'() { return require('./dist/commands/${id}.js').default; },`).join('\n')}
};
export { runCli } from './dist/cli/run.js';
export { keepCode } from './dist/cli/keep-code.js';`;

/** The code as tsc has compiled it, the versions of what it uses, and how all is joined: 64 hex digits. */
const hash = createHash('sha256')
  .update(readFileSync(join(ROOT, 'package-lock.json')))
  .update(readFileSync(fileURLToPath(import.meta.url)));
for (const name of readdirSync(join(ROOT, 'dist'), { recursive: true }).sort()) {
  if (name.endsWith('.js')) hash.update(readFileSync(join(ROOT, 'dist', name)));
}
const code = hash.digest('hex');

/** oclif sorts its commands' names, plain ASCII, by the rules of a language: to load those takes V8 16 ms. */
const sortedByUnits = {
  name: 'sorted-by-units',
  setup({ onLoad }) {
    onLoad({ filter: /@oclif\/core\/lib\/config\/plugin\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace('a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : 1)');
      if (contents === text)
        throw new Error(`${path} doesn't sort as it did: see sortedByUnits in scripts/bundle.js`);
      return { contents, loader: 'js' };
    });
  },
};

/** What fetch-blob brings for Node before 18; to ask whether it is needed loads what it stands for. */
const withoutPolyfills = {
  name: 'without-polyfills',
  setup({ onLoad }) {
    onLoad({ filter: /fetch-blob\/streams\.cjs$/ }, () => ({ contents: '' }));
  },
};

/** Parts of Node that few runs use, and that take a millisecond or more to load each: they are loaded at their first use. */
const LATE = ['child_process', 'https', 'perf_hooks', 'readline', 'tls', 'worker_threads'];

const lateParts = {
  name: 'late-parts',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(?:node:)?(?:${LATE.join('|')})$`);
    onResolve({ filter }, ({ path, namespace }) =>
      namespace === 'late' ? { path, external: true } : { path, namespace: 'late' },
    );
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => {
      const part = createRequire(import.meta.url)(path);
      if (typeof part === 'function') throw new Error(`${path} is called itself: it can't be loaded late`);
      return {
        contents: `for (const name of ${JSON.stringify(Object.keys(part))})
  Object.defineProperty(exports, name, { enumerable: true, get: () => require('${path}')[name] });`,
      };
    });
  },
};

const common = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // What jsonc-parser has for CommonJS loads its parts in a way that can't be followed.
  mainFields: ['module', 'main'],
  // Names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  logLevel: 'warning',
};
const bundle = await build({
  ...common,
  stdin: { contents: ENTRY, resolveDir: ROOT },
  outfile: 'dist/cli/run.cjs',
  format: 'cjs',
  banner: { js: "const s6tsUrl = require('node:url').pathToFileURL(__filename).href;" },
  plugins: [sortedByUnits, withoutPolyfills, lateParts],
  legalComments: 'none',
  // Large ones that are rarely needed, with machine code, or sought by oclif in a checkout of its own alone.
  external: ['dockerode', '@gfx/zopfli', 'typescript', 'ts-node'],
  define: {
    'import.meta.url': 's6tsUrl',
    'process.env.S6TS_BUILD': JSON.stringify(code),
  },
});
const loader = await build({
  ...common,
  entryPoints: ['dist/cli/load-bundle.js'],
  outfile: 'dist/cli/load-bundle.cjs',
  format: 'cjs',
});

// It is read as ASCII; esbuild leaves other characters where a regular expression has them. A script of node:vm has no
// import() of its own: src/cli/load-bundle.ts, which runs this function, gives it one.
const file = join(ROOT, 'dist/cli/run.cjs');
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
const text = readFileSync(file, 'utf8')
  .replace(/[\u0080-\uffff]/g, escaped)
  .replaceAll('await import(', 'await s6tsImport(');
if (/\bimport\((?!\))/.test(text)) throw new Error(`${file} has an import() that is not awaited at once`);
const names = 'exports, require, module, __filename, __dirname';
// Who requires it all the same, as `oclif manifest` does, gets a module.
const asModule = `typeof module === 'object' ? run(${names}, (specifier) => import(specifier)) : run`;
writeFileSync(file, `((run) => ${asModule})(function (${names}, s6tsImport) {\n${text}\n});\n`);

/** node_modules/NAME of every file that has come into an output. */
const packages = new Set(
  [bundle, loader]
    .flatMap(({ metafile }) => Object.values(metafile.outputs))
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
