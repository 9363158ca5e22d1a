import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { temporaryFolder } from './injecting.js';

const RECIPES = fileURLToPath(new URL('../../release/base', import.meta.url));

for (const [name, tool, args] of [
  ['alpine.sh', 'apk', ['http://127.0.0.1:1/main']],
  ['debian.sh', 'debootstrap', []],
] as const) {
  test(`${name} is sh, says how it is used, and stops before it makes anything where ${tool} is missing`, async (t) => {
    const recipe = join(RECIPES, name);
    t.deepEqual(spawnSync('dash', ['-n', recipe], { encoding: 'utf8' }).stderr, '');
    const folder = await temporaryFolder(t);
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const each of ['mktemp', 'rm', 'tar', 'mv']) symlinkSync(`/usr/bin/${each}`, join(bin, each));
    const run = (...words: string[]): { status: number | null; stderr: string } =>
      spawnSync('/bin/sh', [recipe, ...words], {
        cwd: folder,
        env: { PATH: bin, TMPDIR: folder },
        encoding: 'utf8',
      });
    const unused = run();
    t.is(unused.status, 2);
    t.true(unused.stderr.includes(`usage: ${name} ROOT.tar`), unused.stderr);
    const without = run('root.tar', ...args);
    t.is(without.status, 2);
    t.true(without.stderr.startsWith(`${name}: ${tool} not found: `), without.stderr);
    t.deepEqual(readdirSync(folder), ['bin']);
  });
}
