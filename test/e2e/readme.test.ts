/**
 * Every command line of the README is run as it stands there, but for the registry, which is one of the test; what it says of scripts and of CI is held against
 * them.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { engine } from '../harness/engine.js';
import { buildImage } from '../harness/images.js';
import { busyboxRoot } from '../harness/roots.js';
import { startRegistry } from '../harness/registry.js';
import { S6TS } from '../harness/s6ts.js';
import { tarOf } from '../harness/tarball.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Block {
  readonly kind: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({
    kind,
    text,
  }));
}

const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
const blocks = blocksOf(readme);

test('the commands that a user types work in the order of the README', async (t) => {
  const { address, docker } = await engine();
  const folder = await mkdtemp(join(tmpdir(), 's6ts-readme-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const busybox = await buildImage(await engine(), 'busybox', 'FROM scratch\nADD root.tar /\nCMD ["sh"]\n', {
    '/root.tar': tarOf(busyboxRoot()),
  });
  await docker.getImage(busybox).tag({ repo: 'busybox', tag: 'latest' });
  const [bin, home, work] = [join(folder, 'bin'), join(folder, 'home'), join(folder, 'work')];
  for (const made of [bin, home, work, join(home, '.gnupg')]) await mkdir(made, { mode: 0o700 });
  await symlink(S6TS, join(bin, 's6ts'));
  for (const { kind, text } of blocks) {
    if (kind === 'Dockerfile') await writeFile(join(work, 'Dockerfile'), text);
    if (kind === 'myapp.run')
      await writeFile(join(work, kind), text).then(() => chmod(join(work, kind), 0o755));
  }
  const env = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    DOCKER_HOST: address,
    DOCKER_BUILDKIT: '0',
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/root', '.cache'),
  };
  t.teardown(() => shell('gpgconf --kill all; docker rmi -f myimage:tag myimage:tag-s6', { cwd: work, env }));
  const registry = await startRegistry();
  t.teardown(() => registry.stop());
  const team = [
    '--dest-tls-verify=false',
    'docker-daemon:busybox:latest',
    `docker://${registry.host}/team/app:1.2`,
  ];
  await run('skopeo', ['copy', '-q', '--src-daemon-host', address, ...team]);
  const commands = blocks.filter(({ kind }) => kind === 'sh').flatMap(({ text }) => text.trim().split('\n'));
  t.true(commands.length >= 8, 'the README shows commands');
  for (const shown of commands) {
    const command = shown.replace('registry.example.org', registry.host);
    const result = await shell(command, { cwd: work, env });
    t.is(result.code, 0, `${command}\n${result.output}`);
  }
});

test('the set-up commands of the README are npm ci and scripts that exist, and the gate calls them', async (t) => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const gate = await readFile(join(ROOT, '.ci/run'), 'utf8');
  const [start = ''] = readme.split('\n## ').filter((section) => section.startsWith('Start here\n'));
  const shown = blocksOf(start).flatMap(({ text }) => text.trim().split('\n'));
  t.deepEqual(shown, ['cd s6ts', 'npm ci && npm run demo', 'npm ci && npm test']);
  t.true('demo' in scripts && 'test' in scripts);
  t.regex(gate, /^npm ci$/m);
  t.regex(gate, /^npm test$/m);
});

test("the README's table of variables is the runtime's", async (t) => {
  const { knobs } = JSON.parse(await readFile(join(ROOT, 'build/runtime/tables.json'), 'utf8')) as {
    knobs: { name: string }[];
  };
  const check = await shell('node scripts/readme.js --check', { cwd: ROOT, env: process.env });
  t.is(check.code, 0, check.output);
  for (const { name } of knobs) t.true(readme.includes(`| \`${name}\` |`), name);
});

function shell(
  command: string,
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', command], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr });
    });
    child.stdin?.end();
  });
}
