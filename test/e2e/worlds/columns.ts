import type { ExecutionContext } from 'ava';
import { runContainer, type Ended } from '../../harness/container.js';
import { worldImage, type Column } from './images.js';
import { CODE, cmdScript, complaints, FINISH, REPORT, WHO, type World } from './world.js';

/** What a column's container must do in a world. */
type Cross = (t: ExecutionContext, world: World) => Promise<void>;

/** "Has a CMD": its code comes back, its stdout is its own, the service is up, the environment is as it was. */
export const hasCmd: Cross = async (t, world) => {
  const shell = world.base === 'scratch' ? ['/busybox', 'sh'] : ['sh'];
  let report = '';
  const ended = await runContainer(
    { ...(await optionsOf(world, 'cmd')), cmd: [...shell, '-c', cmdScript(world)] },
    async (box) => {
      if (world.report !== undefined) report = await box.text(world.report);
    },
  );
  judgeCmd(t, world, ended, report);
};

/** "A service's finish script stops the container", by s6-svscanctl -t and with a code of its own. */
export const finishStops: Cross = async (t, world) => {
  judgeFinish(t, world, await runContainer(await optionsOf(world, 'finish')));
};

/** Title → column, for a test each. */
export const COLUMNS: Readonly<Record<string, Cross>> = {
  'the CMD’s code and output, the service up, the environment as it was': hasCmd,
  'a service’s finish script ends the container, with its code': finishStops,
};

/** What a container of that column runs with. */
export async function optionsOf(
  world: World,
  column: Column,
): Promise<World['options'] & { image: string; env: Record<string, string> }> {
  const env = { WHO, S6_CMD_WAIT_FOR_SERVICES: '1', ...world.options.env };
  return { ...world.options, env, image: await worldImage(world, column) };
}

/** `report` is what it wrote into the world's report file, if it has one. */
export function judgeCmd(t: ExecutionContext, world: World, ended: Ended, report = ''): void {
  t.not(ended.exitCode, CODE.notThisWorld, 'the engine has not made this world');
  t.is(ended.exitCode, CODE.cmd, ended.transcript);
  // A terminal has our messages too.
  if (world.options.tty === true) t.true(plain(ended).includes(REPORT), ended.transcript);
  else t.is(world.report === undefined ? ended.stdout : report, REPORT, ended.transcript);
  judgeWarnings(t, world, ended);
}

export function judgeFinish(t: ExecutionContext, world: World, ended: Ended): void {
  t.is(ended.exitCode, CODE.finish, ended.transcript);
  if (world.options.tty === true) t.true(plain(ended).includes(FINISH), ended.transcript);
  else t.is(ended.stdout, world.report === undefined ? FINISH : '', ended.transcript);
  judgeWarnings(t, world, ended);
}

function plain({ stdout }: Ended): string {
  return stdout.replaceAll('\r', '');
}

/** Nothing is complained of but what belongs to the world. */
function judgeWarnings(t: ExecutionContext, { mayWarn = [] }: World, ended: Ended): void {
  const faults = complaints(ended.transcript).filter(
    (line) => !mayWarn.some((pattern) => pattern.test(line)),
  );
  t.deepEqual(faults, [], ended.transcript);
}
