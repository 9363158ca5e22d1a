import test from 'ava';
import { execFile } from 'node:child_process';
import { appendFile, copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { imageOf } from '../harness/images.js';
import { busyboxRoot } from '../harness/roots.js';

const CLI = fileURLToPath(new URL('../../bin/run.cjs', import.meta.url));
const TARBALL = 's6-overlay-amd64.tar.gz';

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Types `program args` in `env`; a bad exit code is an answer. */
function type(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(program, [...args], { env, encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({
        code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
        stdout,
        stderr,
      });
    });
  });
}

test('keygen, build-release, verify, inject, run: as a user types it', async (t) => {
  const used = await engine();
  const folder = await mkdtemp(join(tmpdir(), 's6ts-main-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const env = { ...process.env, XDG_CONFIG_HOME: join(folder, 'config'), DOCKER_HOST: used.address };
  const s6ts = (...args: string[]): Promise<Answer> => type(process.execPath, [CLI, ...args], env);
  const good = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await s6ts(...args);
    t.is(code, 0, `s6ts ${args.join(' ')}\n${stdout}\n${stderr}`);
    return stdout;
  };

  // Without a key, build-release says what to type.
  const out = join(folder, 'out');
  const keyless = await s6ts('build-release', '--arch', 'amd64', '--out', out);
  t.is(keyless.code, 2);
  t.regex(keyless.stderr, /s6ts keygen.*--no-sign/s);

  await good('keygen', '--name', 'Main Path', '--email', 'main@example.org', '--no-passphrase');
  t.is((await stat(join(folder, 'config', 's6ts', 'private.asc'))).mode & 0o777, 0o600);
  await good('build-release', '--arch', 'amd64', '--out', out);
  const signature = join(out, `${TARBALL}.sig`);
  t.regex(await good('verify', signature), /Main Path <main@example\.org>/);

  // A real peer says the same, from the public key that lies beside the tarball.
  const gpg = (...args: string[]): Promise<Answer> =>
    type('gpg', ['--homedir', folder, '--batch', ...args], env);
  await gpg('--import', join(out, 's6-overlay-key.asc'));
  t.regex((await gpg('--verify', signature, join(out, TARBALL))).stderr, /Good signature from "Main Path/);
  const sums = await type('sh', ['-c', 'cd "$0" && sha256sum -c SHA256SUMS', out], env);
  t.is(sums.code, 0, sums.stdout);

  const changed = join(folder, TARBALL);
  await copyFile(join(out, TARBALL), changed);
  await copyFile(signature, `${changed}.sig`);
  await appendFile(changed, 'x');
  t.is((await s6ts('verify', `${changed}.sig`)).code, 1);
  t.is((await s6ts('verify', join(folder, 'missing.sig'))).code, 2);

  const image = await imageOf(used, 'main-path', busyboxRoot(), [
    'ENTRYPOINT ["sh", "-c", "echo \\"$0 $WHO\\"; exec \\"$@\\"", "entry"]',
    'CMD ["sh", "-c", "exit 3"]',
    'ENV WHO="it is me"',
  ]);
  // A changed release is refused, and nothing new is in the engine.
  t.is((await s6ts('inject', image, '--release', changed)).code, 1);
  const report = JSON.parse(await good('inject', image, '--release', out, '--json')) as { target?: unknown };
  t.truthy(report);
  const injected = `${image}-s6`;
  const ended = await runContainer({ image: injected });
  t.deepEqual([ended.exitCode, ended.stdout], [3, 'entry it is me\n'], ended.transcript);
  t.regex(ended.stderr, /^\[fix-attrs\.d\] applying/);
  const replaced = await runContainer({ image: injected, cmd: ['echo', 'another CMD'] });
  t.is(replaced.stdout, 'entry it is me\nanother CMD\n');
});
