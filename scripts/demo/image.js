/** A ticker writes so many times twenty lines: some 12 kB, so that its log of at most 4 kB a file rotates. */
const ROUNDS = 25;

/** What the author of the demo's image has put into it, beside busybox. */
export const FILES = {
  '/data/upload': { text: 'somebody left this open to all\n', mode: 0o666 },
  '/etc/fix-attrs.d/01-data': '/data true www-data 0640 0750\n',
  '/etc/cont-init.d/10-greet': '#!/usr/bin/with-contenv sh\necho "cont-init: hello, $WHO"\n',
  '/etc/services.d/ticker/run': `#!/bin/sh
n=0
while [ $n -lt ${ROUNDS} ]; do
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo "tick $n.$i of process $$"; done
  n=$((n + 1)); sleep 0.05
done
exec s6-setuidgid nobody sleep 100000
`,
  '/etc/services.d/ticker/log/run': '#!/bin/sh\nexec logutil-service /var/log/ticker\n',
};

/** The CMD: a shell with a child, as thousands of images have it. As PID 1 it is deaf to TERM. */
export const CMD = ['sh', '-c', 'echo "cmd: at work"; sleep 100000; echo never'];

/** The image as a tar for `docker import`. */
export async function imageTar() {
  const [{ busyboxRoot, PRESENT }, { tarOf, withParents }] = await Promise.all([
    import('../../test/harness/roots.ts'),
    import('../../test/harness/tarball.ts'),
  ]);
  return tarOf({ ...busyboxRoot(), ...withParents(FILES, PRESENT) });
}
