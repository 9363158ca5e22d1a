import { engine } from '../../harness/engine.js';
import { overlaid } from '../../harness/overlaid.js';
import { busyboxBinary, busyboxRoot, PRESENT } from '../../harness/roots.js';
import { withParents, type Files } from '../../harness/tarball.js';
import { CODE, type World } from './world.js';

/** The columns of the crossing. */
export type Column = 'cmd' | 'finish';

/** A container with a CMD: a script that changes its environment, and a service that is ready only in the right one. */
const WITH_CMD: Files = {
  '/etc/cont-init.d/00':
    '#!/usr/bin/with-contenv sh\nprintf "init [%s]" "$WHO" >/var/run/s6/container_environment/FROM_INIT\n',
  '/etc/services.d/s/run':
    '#!/usr/bin/with-contenv sh\n[ "$FROM_INIT" = "init [$WHO]" ] && echo >&3 && exec 3>&- sleep 1000\n',
  '/etc/services.d/s/notification-fd': '3\n',
};

/** One without, which its service ends: v1's only way (PAINS.md, "Exit code, stop"). */
const WITH_FINISH: Files = {
  '/etc/services.d/s/run': '#!/bin/sh\nexit 1\n',
  '/etc/services.d/s/finish': `#!/bin/sh\nprintf ${CODE.finish} >/var/run/s6/env-stage3/S6_STAGE2_EXITED\nexec s6-svscanctl -t /var/run/s6/services\n`,
  '/etc/cont-finish.d/00': '#!/usr/bin/with-contenv sh\nprintf "finish [%s]\\n" "$WHO"\n',
};

const EXECLINE = '#!/command/execlineb -P\n';

/** The same where there is no shell. */
const SCRATCH_WITH_CMD: Files = {
  '/etc/cont-init.d/00': `${EXECLINE}with-contenv importas -i WHO WHO
redirfd -w 1 /run/s6/container_environment/FROM_INIT s6-echo -n -- "init [\${WHO}]"\n`,
  '/etc/services.d/s/run': `${EXECLINE}with-contenv multisubstitute { importas -i WHO WHO importas -i FROM_INIT FROM_INIT }
if { s6-test $FROM_INIT = "init [\${WHO}]" } if { fdmove -c 1 3 s6-echo } fdclose 3 s6-pause\n`,
  '/etc/services.d/s/notification-fd': '3\n',
};

const SCRATCH_WITH_FINISH: Files = {
  '/etc/services.d/s/run': `${EXECLINE}s6-false\n`,
  '/etc/services.d/s/finish': `${EXECLINE}foreground { redirfd -w 1 /run/s6/env-stage3/S6_STAGE2_EXITED s6-echo -n ${CODE.finish} }
s6-svscanctl -t /run/s6/services\n`,
  '/etc/cont-finish.d/00': `${EXECLINE}with-contenv importas -i WHO WHO s6-echo "finish [\${WHO}]"\n`,
};

const SCRIPTS = {
  busybox: { cmd: WITH_CMD, finish: WITH_FINISH },
  scratch: { cmd: SCRATCH_WITH_CMD, finish: SCRATCH_WITH_FINISH },
} as const;

/** The files of a column, for an image or a container of a test's own. */
export function columnFiles(column: Column, base: 'busybox' | 'scratch' = 'busybox'): Files {
  return SCRIPTS[base][column];
}

/** What `docker run` asks for: the image of a column. */
export async function worldImage({ base = 'busybox' }: World, column: Column): Promise<string> {
  const root: Files =
    base === 'scratch'
      ? { '/busybox': { text: busyboxBinary(), mode: 0o755 } }
      : busyboxRoot({ varRun: 'relative-link' });
  const files = withParents(columnFiles(column, base), base === 'scratch' ? new Set() : PRESENT);
  return overlaid(await engine(), `world-${base}-${column}`, { ...root, ...files });
}
