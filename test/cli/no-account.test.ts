import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { s6ts, S6TS, type CliResult } from '../harness/s6ts.js';

const folder = await mkdtemp(join(tmpdir(), 's6ts-account-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

/** As `docker run --user 54321` in an image that sets no HOME; the checkout may be in root's own folder. */
function withoutAccount(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  const may = ['--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'];
  const as = ['--reuid', '54321', '--clear-groups', ...may, process.execPath, S6TS];
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env }, cwd: '/' };
    const child = execFile('setpriv', [...as, ...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

test('a user by number alone, without HOME: what needs no home runs', async (t) => {
  const env = { PATH: process.env['PATH'], HOME: folder };
  t.deepEqual(await withoutAccount(['env']), await s6ts(['env'], env));
  t.deepEqual(await withoutAccount(['help', 'inject']), await s6ts(['help', 'inject'], env));
  const unknown = await withoutAccount(['injct']);
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /injct is not a s6ts command/);
});

test('where a home is needed, that is said; the variables that the message names are enough', async (t) => {
  const archive = `oci-archive:${join(folder, 'none.tar')}`;
  const homeless = await withoutAccount(['inject', archive]);
  t.is(homeless.code, 2);
  t.regex(homeless.stderr, /^s6ts: this user has no home folder.*\n {2}→ set HOME/);
  const placed = { XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config') };
  t.regex((await withoutAccount(['inject', archive], placed)).stderr, /there is nothing of that name/);
});

test('no plug-ins are looked for in the home, which may be closed or none', async (t) => {
  await writeFile(join(folder, 'file'), '');
  const ran = await withoutAccount(['env'], { HOME: join(folder, 'file') });
  t.deepEqual([ran.code, ran.stderr], [0, '']);
});
