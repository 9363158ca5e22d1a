import test, { type ExecutionContext } from 'ava';
import { makeRoot, removeRoot, type BoxEnded, type Root } from '../box/box.js';
import { randomOf, record, sized } from '../sizes.js';
import { callsOf, ERRORS, judge, under, WORLD, type Fault } from './sweep.js';

let root: Root;
let clean: BoxEnded;

test.before(async () => {
  root = await makeRoot(WORLD);
  clean = await under(root);
});
test.after.always(() => removeRoot(root));

/** Runs /init under each fault; all that it took badly, in words. */
async function sweep(t: ExecutionContext, faults: readonly Fault[]): Promise<void> {
  const bad: string[] = [];
  let survived = 0;
  let said = 0;
  const each = faults.map(async (fault) => {
    const result = await under(root, fault);
    const wrong = judge(clean, result, fault);
    if (wrong.length > 0)
      bad.push(
        `${JSON.stringify(fault)}: ${wrong.join(', ')}\n${result.end}\n${result.stdout}${result.stderr}`,
      );
    else if (result.end === clean.end) survived += 1;
    else said += 1;
  });
  await Promise.all(each);
  t.deepEqual(bad, []);
  await record(t, 'faults', faults.length);
  await record(t, 'gone on to the same exit code', survived);
  await record(t, 'said, and ended with another code', said);
}

test('without a fault the traced world does all that it should', (t) => {
  t.is(clean.end, 'exit 3', clean.stderr);
  t.deepEqual(clean.stdout.trim().split('\n').sort(), ['cmd', 'finish', 'init me', 's down', 's up']);
  t.true(callsOf(clean).size > 35);
});

test('each system call of /init fails every time: no hang, no crash, said or done without', async (t) => {
  const errors = sized(['EPERM'], ERRORS);
  await sweep(
    t,
    [...callsOf(clean).keys()].flatMap((call) => errors.map((error) => ({ call, error }))),
  );
});

test('the N-th call of a kind fails once: no hang, no crash, said or done without', async (t) => {
  const all = [...callsOf(clean)].flatMap(([call, count]) =>
    Array.from({ length: count }, (_, index) => index + 1).flatMap((when) =>
      ERRORS.map((error) => ({ call, when, error })),
    ),
  );
  const random = await randomOf(t);
  await sweep(
    t,
    sized(
      Array.from({ length: 40 }, () => all[Math.floor(random() * all.length)] as Fault),
      all,
    ),
  );
});
