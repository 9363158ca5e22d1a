import test from 'ava';
import { runContainer } from '../harness/container.js';

import { overlaidBusybox } from './overlaid-busybox.js';
import { CASES, optionsOf } from './golden/case.js';
import { A_TO_E } from './golden/expect-a-to-e.js';
import { F_TO_I } from './golden/expect-f-to-i.js';
import { J_TO_O } from './golden/expect-j-to-o.js';
import { P_TO_W } from './golden/expect-p-to-w.js';
import { judge } from './golden/judge.js';

const EXPECTATIONS = { ...A_TO_E, ...F_TO_I, ...J_TO_O, ...P_TO_W };

for (const golden of CASES) {
  test(`${golden.name}: ${golden.about}`, async (t) => {
    const expected = EXPECTATIONS[golden.name];
    if (expected === undefined) return t.fail('no expectation for this case');
    const image = await overlaidBusybox();
    const ended = await runContainer(
      { ...optionsOf(golden, image), signals: expected.signals ?? [] },
      async (box) => expected.after?.(box, t),
    );
    judge(t, ended, expected);
  });
}

test('every expectation has its case', (t) => {
  const names = new Set(CASES.map(({ name }) => name));
  t.deepEqual(
    Object.keys(EXPECTATIONS).filter((name) => !names.has(name)),
    [],
  );
});
