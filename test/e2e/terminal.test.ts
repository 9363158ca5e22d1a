import { readFileSync } from 'node:fs';
import test from 'ava';
import { withContainer, type Box } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

/** Whether the terminal of the container belongs to a process of this name: what is typed signals that one. */
async function inForeground(box: Box, name: string): Promise<boolean> {
  const stat = readFileSync(`/proc/${await box.pid()}/stat`, 'latin1');
  // After the name, which may hold anything: state, ppid, pgrp, session, tty_nr, tpgid (proc(5)).
  const tpgid = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[5] ?? '';
  return readFileSync(`/proc/${tpgid}/comm`, 'latin1') === `${name}\n`;
}

test('an interactive shell has job control: background, fg, ^Z, bg, ^C, window size', async (t) => {
  await withContainer({ image: await overlaidBusybox(), tty: true, cmd: ['sh'] }, async (box) => {
    const types = async (line: string, answer: RegExp | string): Promise<void> => {
      box.write(line);
      await box.says(answer);
    };
    await box.says('# ');
    // Quotes keep the shell's echo of what is typed apart from what it prints.
    await types("sleep 1000 & echo begun''-1\n", 'begun-1');
    await types('fg\n', /fg\r\nsleep 1000\r\n/);
    // The shell says so before it gives the terminal away.
    await box.until('sleep has the terminal', () => inForeground(box, 'sleep'));
    await types('\u001a', /Stopped +sleep 1000/);
    await types("bg; kill %1; wait; echo begun''-2\n", 'begun-2');
    await types("sh -c 'echo be''gun-3; exec sleep 1000'\n", 'begun-3\r\n');
    await types('\u0003', /\^C[^]*# /);
    await box.container.resize({ h: 33, w: 101 });
    await box.until('the shell sees the new window size', async () => {
      box.write('stty size\n');
      return Promise.resolve(box.transcript.text.includes('33 101'));
    });
    box.write('exit 5\n');
    t.is((await box.end()).exitCode, 5);
  });
});

test('^Z does not freeze a CMD that no shell could take up again', async (t) => {
  await withContainer({ image: await overlaidBusybox(), tty: true, cmd: ['cat'] }, async (box) => {
    await box.says('[services.d] done.');
    box.write('\u001a');
    await box.says('^Z');
    box.write('still there\n');
    await box.says(/still there\r\nstill there\r\n/);
    box.write('\u0004');
    t.is((await box.end()).exitCode, 0);
  });
});

test('^C ends a container without CMD, and one whose CMD has not begun', async (t) => {
  const image = await overlaidBusybox();
  await withContainer({ image, tty: true }, async (box) => {
    await box.says('[services.d] done.');
    box.write('\u0003');
    t.is((await box.end()).exitCode, 0);
  });
  const files = { '/etc/cont-init.d/00': '#!/bin/sh\necho begun; exec sleep 1000\n' };
  await withContainer({ image, tty: true, files, cmd: ['echo', 'CMD'] }, async (box) => {
    await box.says('begun');
    box.write('\u0003');
    t.notRegex((await box.end()).transcript, /CMD/);
  });
});
