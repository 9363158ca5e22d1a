import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Box } from './container.js';
import type { Engine } from './engine.js';
import { buildImage } from './images.js';
import { releaseFolder } from './release.js';
import { busyboxRoot } from './roots.js';
import { staticProgram } from './static-program.js';
import { tarOf, type Files } from './tarball.js';

/** Dockerfile lines that put overlay and add-on into an image, as README says. */
export const ADD_SYSLOG = [
  'ADD s6-overlay-amd64.tar.gz /',
  'ADD s6-overlay-syslog-amd64.tar.gz /',
  'ENTRYPOINT ["/init"]',
];

/** The two tarballs, for a build's context. */
export async function syslogTarballs(): Promise<Files> {
  const folder = await releaseFolder();
  const names = ['s6-overlay-amd64.tar.gz', 's6-overlay-syslog-amd64.tar.gz'];
  return Object.fromEntries(names.map((name) => [`/${name}`, readFileSync(join(folder, name))]));
}

/** Calls the C library's syslog(3). */
const FLOOD = new URL('../fixtures/syslog-flood.c', import.meta.url);

/** busybox with overlay, add-on and /bin/flood. */
export async function syslogImage(engine: Engine): Promise<string> {
  const dockerfile = ['FROM scratch', 'ADD base.tar /', ...ADD_SYSLOG, 'ENV S6_VERBOSITY=1', ''].join('\n');
  return buildImage(engine, 'syslog', dockerfile, {
    '/base.tar': tarOf({ ...busyboxRoot(), '/bin/flood': await staticProgram(FLOOD) }),
    ...(await syslogTarballs()),
  });
}

/** All that is in a folder of /var/log/socklog, rotated files first; the container may have ended. */
export async function logged(box: Box, rule: string): Promise<string> {
  const files = [...(await box.read(`/var/log/socklog/${rule}`))]
    .filter(([name]) => name === 'current' || name.startsWith('@'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return files.map(([, { bytes }]) => bytes.toString('latin1')).join('');
}

/** Where a flood's messages are not 0 … each - 1 in order: process → what is there instead. Empty: none is lost. */
export function floodFaults(log: string, processes: number, each: number): Record<string, string> {
  const next = new Map<string, number>();
  const faults: Record<string, string> = {};
  for (const [, process = '', number = ''] of log.matchAll(/: flood (\d+) (\d+)$/gm)) {
    const wanted = next.get(process) ?? 0;
    if (Number(number) !== wanted) faults[process] ??= `${number} after ${wanted - 1}`;
    next.set(process, Number(number) + 1);
  }
  for (let process = 0; process < processes; process++) {
    const count = next.get(String(process)) ?? 0;
    if (count !== each) faults[String(process)] ??= `ends at ${count} of ${each}`;
  }
  return faults;
}
