import test, { type ExecutionContext } from 'ava';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SETUP = fileURLToPath(new URL('../scripts/setup.sh', import.meta.url));

/** A PATH with nothing on it but what the script itself calls, and these stand-ins. */
function machine(t: ExecutionContext, standIns: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 's6ts-setup-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const tool of ['bash', 'grep', 'mktemp', 'rm', 'tail', 'chmod'])
    symlinkSync(`/usr/bin/${tool}`, join(folder, tool));
  for (const [name, text] of Object.entries(standIns)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

const setup = (path: string): { status: number | null; stdout: string; stderr: string } =>
  spawnSync('/bin/bash', [SETUP], { env: { PATH: path }, encoding: 'utf8' });

test('quick, silent and good when nothing is missing', (t) => {
  const startedAt = performance.now();
  const { status, stdout, stderr } = setup(process.env['PATH'] ?? '');
  t.deepEqual([status, stdout, stderr], [0, '', '']);
  t.true(performance.now() - startedAt < 1000);
});

test('without apt-get it names what is missing, what for, and what to do', (t) => {
  const { status, stdout, stderr } = setup(machine(t, {}));
  t.is(status, 1);
  t.regex(stdout, /^ {2}clang {2,}compiles \/init/m);
  t.regex(stderr, /without apt-get.*package\s+manager/s);
});

test('without root it says which command to type', (t) => {
  const { status, stderr } = setup(
    machine(t, { id: '#!/bin/bash\necho 1000\n', 'apt-get': '#!/bin/bash\nexit 1\n' }),
  );
  t.is(status, 1);
  t.regex(stderr, /sudo apt-get update && sudo apt-get install -y --no-install-recommends clang lld /);
});

/** An apt-get that writes down its calls, and whose index names files that have gone until it is refreshed. */
const apt = (stale: boolean): string => `#!/bin/bash
here=\${0%/*}
echo "$*" >>"$here/calls"
case " $* " in
  *' update '*) : >"$here/fresh" ;;
  *) ${stale ? '[ -e "$here/fresh" ] || exit 100' : 'exit 0'} ;;
esac
`;

for (const stale of [false, true]) {
  test(`as root it installs all that is missing, ${stale ? 'after' : 'without'} a refresh of the index`, (t) => {
    const folder = machine(t, { id: '#!/bin/bash\necho 0\n', 'apt-get': apt(stale) });
    const { status, stderr } = setup(folder);
    t.is(status, 0, stderr);
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    t.is(calls.filter((call) => call.endsWith(' update')).length, stale ? 1 : 0, calls.join('\n'));
    t.regex(
      calls.at(-1) ?? '',
      / --no-install-recommends install clang lld .* busybox-static .* supervisor$/,
    );
  });
}
