import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Unmounts all that is mounted below `folder`, deepest first (proc(5), /proc/PID/mountinfo: field 5, octal escapes). */
export async function unmountBelow(folder: string): Promise<void> {
  const points = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((point) =>
      point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    )
    .filter((point) => point.startsWith(`${folder}/`))
    .reverse();
  for (const point of points) await run('umount', ['-l', point]);
}
