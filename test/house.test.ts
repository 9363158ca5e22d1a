import test from 'ava';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
/** Committed, or about to be. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '');
const sources = files.filter((path) => /\.(?:ts|js|cjs|c|h|def|mk|sh)$|Makefile$|^\.ci\/run$/.test(path));

test('oclif.manifest.json is what the commands say now', async (t) => {
  const plugin = new Plugin({ root: ROOT, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  const now: unknown = JSON.parse(JSON.stringify(plugin.manifest));
  t.deepEqual(JSON.parse(read('oclif.manifest.json')), now, 'npm run manifest writes it anew');
});

test('no committed file names this machine’s folders or a package mirror', (t) => {
  const leaks = [/\/work\/(?:main|shared)/, /\/tmp\/s6ts\//, /"resolved": "http/, /registry\s*=\s*http/];
  for (const path of files.filter((name) => name !== 'test/house.test.ts')) {
    const text = read(path);
    t.deepEqual(
      leaks.filter((leak) => leak.test(text)),
      [],
      path,
    );
  }
});

test('a source file has at most 300 lines', (t) => {
  const long = sources
    .map((path) => [path, read(path).split('\n').length - 1] as const)
    .filter(([, lines]) => lines > 300);
  t.deepEqual(long, []);
});

test('no test is skipped or singled out, nothing is left to do', (t) => {
  const marks = [/\btest\.(?:skip|only|todo|failing)\b/, /\b(?:TODO|FIXME|XXX)\b/];
  for (const path of sources.filter((name) => name !== 'test/house.test.ts')) {
    t.deepEqual(
      marks.filter((mark) => mark.test(read(path))),
      [],
      path,
    );
  }
});

test('every dependency has its row in CONTRIBUTING.md', (t) => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const table = read('CONTRIBUTING.md');
  const missing = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => {
    const [scope, base = ''] = name.split('/');
    return (
      !table.includes(`\`${name}\``) &&
      !(table.includes(`${scope ?? ''}/*`) || table.includes(`\`-${base.replace(/^plugin-/, '')}\``))
    );
  });
  t.deepEqual(missing, []);
});

test('versions are pinned', (t) => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  for (const kind of ['dependencies', 'devDependencies']) {
    for (const [name, version] of Object.entries(manifest[kind] ?? {}))
      t.regex(version, /^\d+\.\d+\.\d+$/, name);
  }
});

const DEPCRUISE = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';

test('the arrows are enforced: an import upwards, or of the runtime, is refused', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 's6ts-arrows-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put('tsconfig.json', read('tsconfig.json'));
  put('src/cli/a.ts', 'export const a = 1;\n');
  put('src/runtime/r.ts', 'export const r = 1;\n');
  const cruise = (text: string): string => {
    put('src/base/b.ts', text);
    const args = [
      `${ROOT}${DEPCRUISE}`,
      '--config',
      `${ROOT}.dependency-cruiser.cjs`,
      '--output-type',
      'err',
      'src',
    ];
    return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).stdout;
  };
  t.regex(cruise("export { a } from '../cli/a.js';\n"), /base-knows-nothing-above-it/);
  t.regex(cruise("export { r } from '../runtime/r.js';\n"), /runtime-only-as-built-files/);
  t.notRegex(cruise('export const b = 1;\n'), /error/);
});
