import test from 'ava';
import { kill } from 'node:process';
import { boxed, makeRoot, removeRoot, type BoxEnded, type Root } from './box/box.js';
import { randomOf, record, sized } from './sizes.js';

const MOMENTS = sized(5, 40);

/** Each stage lasts long enough to be hit at any point of it. */
const WORLD = {
  '/etc/fix-attrs.d/10': '/etc true root 0644 0755\n',
  '/etc/cont-init.d/10': '#!/bin/sh\necho stage 2\nsleep 0.15\n',
  '/etc/cont-init.d/20': '#!/usr/bin/with-contenv sh\nsleep 0.05\n',
  '/etc/services.d/a/run': '#!/bin/sh\nexec sleep 1000\n',
  '/etc/services.d/b/run': '#!/bin/sh\nexec sleep 1000\n',
  '/etc/services.d/b/log/run': '#!/bin/sh\nexec cat\n',
  '/etc/services.d/slow/run': '#!/bin/sh\necho services\nsleep 0.15; echo >&3; exec sleep 1000\n',
  '/etc/services.d/slow/notification-fd': '3\n',
  '/etc/cont-finish.d/10': '#!/bin/sh\necho stage 3\nsleep 0.15\necho finish\n',
};
const CMD = ['sh', '-c', 'trap "exit 5" TERM; echo cmd; sleep 0.2 & wait; exit 3'];

/** Where a stop comes: so many ms after that text was read, 0 to `withinMs` (from the start of /init for '' ). */
const STAGES = [
  { name: 'stage 1', after: '', withinMs: 15 },
  { name: 'stage 2', after: 'stage 2\n', withinMs: 220 },
  { name: 'the wait for services', after: 'services\n', withinMs: 170 },
  { name: 'the CMD', after: 'cmd\n', withinMs: 220 },
  { name: 'stage 3', after: 'stage 3\n', withinMs: 170 },
] as const;

let root: Root;
test.before(async () => {
  root = await makeRoot(WORLD);
});
test.after.always(() => removeRoot(root));

/** Runs the world, and sends TERM `ms` after its stdout has said `after`. */
function stopped(after: string, ms: number): Promise<BoxEnded> {
  return boxed(root, {
    cmd: CMD,
    env: { S6_CMD_WAIT_FOR_SERVICES: '1' },
    started: (pid, stdout) => {
      const send = (): unknown =>
        setTimeout(() => {
          try {
            kill(pid, 'SIGTERM');
          } catch {
            // It has ended by itself: its code says so.
          }
        }, ms);
      if (after === '') {
        send();
        return;
      }
      let seen = '';
      let sent = false;
      stdout.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        if (sent || !seen.includes(after)) return;
        sent = true;
        send();
      });
    },
  });
}

/** What is wrong with such an end, if anything. */
function judge({ end, stdout }: BoxEnded): string | undefined {
  if (!stdout.endsWith('stage 3\nfinish\n') || stdout.split('finish\n').length !== 2)
    return 'cont-finish.d did not run once';
  // 5: its trap. 143: TERM came before the trap was set. 3: it was through.
  const codes = stdout.includes('cmd\n') ? ['exit 5', 'exit 3'] : ['exit 0', 'exit 143'];
  return codes.includes(end) ? undefined : `not one of ${codes.join(', ')}`;
}

for (const { name, after, withinMs } of STAGES) {
  test(`a stop at any moment of ${name} ends within the graces, with the right code`, async (t) => {
    const random = await randomOf(t);
    const codes = new Map<string, number>();
    const bad: string[] = [];
    const moments = Array.from({ length: MOMENTS }, () => random() * withinMs);
    await Promise.all(
      moments.map(async (ms) => {
        const ended = await stopped(after, ms);
        codes.set(ended.end, (codes.get(ended.end) ?? 0) + 1);
        const wrong = judge(ended);
        if (wrong !== undefined) bad.push(`${ms} ms: ${ended.end}: ${wrong}\n${ended.stdout}${ended.stderr}`);
      }),
    );
    t.deepEqual(bad, []);
    await record(t, 'stops', MOMENTS);
    await record(t, 'ends', [...codes].map(([end, count]) => `${count} × ${end}`).join(', '));
  });
}
