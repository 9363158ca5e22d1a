import test from 'ava';
import { ARCHITECTURES } from '../../src/overlay/architecture.js';
import { runContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { foreignImage } from '../harness/foreign.js';

/** A service that ends twice at once, and stays then. */
const CRASHING = `#!/bin/sh
echo start >>/tmp/starts
[ "$(wc -l </tmp/starts)" -ge 3 ] || exit 1
exec sleep 1000
`;
const TALKATIVE = `#!/bin/sh
i=0
while [ $i -lt 600 ]; do
  echo "line $i of a talkative service"
  i=$((i+1)); [ $((i % 40)) -ne 0 ] || sleep 0.1
done
exec sleep 1000
`;
/** Waits for what the services have to do; the container's limit is the test's. */
const CMD = `until [ "$(cat /tmp/starts 2>/dev/null | wc -l)" -ge 3 ] && grep -q 'line 599 ' /var/log/s/*; do sleep 0.2; done
s6-svstat -o up /run/service/crashing
echo "greeting: $GREETING, old logs: $(ls /var/log/s | grep -c '^@.*[.][su]$')"
exit 3
`;

/**
 * Debian's i386 reads folders with 32-bit offsets. The kernel gives a 32-bit process such offsets, but qemu isn't one: on
 * ext4 readdir fails there (EOVERFLOW). A tmpfs counts its entries.
 */
const TMPFS = { '/run': 'rw,exec,mode=755', '/var/log': 'rw,mode=755' };

for (const architecture of ARCHITECTURES) {
  test(`${architecture.seed}: fix-attrs, cont-init, a service that crashes and comes back, log rotation, exit code 3`, async (t) => {
    const options = {
      image: await foreignImage(await engine(), architecture),
      cmd: ['/bin/sh', '-c', CMD],
      env: { GREETING: 'hello', S6_LOGGING_SCRIPT: 'n3 s4096 T', S6_BEHAVIOUR_IF_STAGE2_FAILS: '2' },
      files: {
        '/data': { folder: 0o700 },
        '/data/file': { text: 'x', mode: 0o600 },
        '/etc/fix-attrs.d/10-data': '/data true www-data 0640 0750\n',
        '/etc/cont-init.d/10-look': `#!/usr/bin/with-contenv sh\necho "init: $GREETING $(stat -c %a:%u /data/file)"\n`,
        '/etc/services.d/crashing/run': CRASHING,
        '/etc/services.d/s/run': TALKATIVE,
        '/etc/services.d/s/log/run': '#!/usr/bin/execlineb -P\nlogutil-service /var/log/s\n',
        '/etc/cont-finish.d/10-bye': '#!/bin/sh\necho bye\n',
      },
      ...(architecture.seed === 'x86' ? { tmpfs: TMPFS } : {}),
      limitMs: 180_000,
    };
    const ended = await runContainer(options, async (box) => {
      const [entry] = (await box.read('/data/file')).values();
      t.deepEqual([entry?.mode, entry?.uid], [0o640, 33]);
      t.is((await box.text('/tmp/starts')).split('\n').length - 1, 3);
    });
    t.is(ended.exitCode, 3, ended.transcript);
    t.true(ended.stdout.includes('init: hello 640:33\n'), ended.transcript);
    t.true(ended.stdout.includes('true\ngreeting: hello, old logs: 3\n'), ended.transcript);
    t.true(ended.stdout.includes('bye\n'), ended.transcript);
    t.regex(ended.stderr, /\[fix-attrs\.d\] 10-data: exited 0\.\n/);
    t.regex(ended.stderr, /\[cont-init\.d\] 10-look: exited 0\.\n/);
    t.regex(ended.stderr, /\[cmd\] .* exited 3\n/);
  });
}
