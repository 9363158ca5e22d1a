import test from 'ava';
import { SingleFlight } from '../../src/base/single-flight.js';

/** Work whose end is in the test's hands. */
function work(): {
  readonly make: () => Promise<object>;
  readonly begun: () => number;
  readonly end: (error?: Error) => void;
} {
  let count = 0;
  const ends: ((error?: Error) => void)[] = [];
  return {
    make: () =>
      new Promise((resolve, reject) => {
        count += 1;
        ends.push((error) => (error === undefined ? resolve({}) : reject(error)));
      }),
    begun: () => count,
    end: (error) => ends.shift()?.(error),
  };
}

test('what several want at once is made once', async (t) => {
  const flights = new SingleFlight();
  const { make, begun, end } = work();
  const both = [flights.once('key', make), flights.once('key', make)];
  end();
  const [first, second] = await Promise.all(both);
  t.is(first, second);
  t.is(begun(), 1);
});

test('a failure is everybody’s who waits for it, and made anew by who asks later', async (t) => {
  const flights = new SingleFlight();
  const { make, begun, end } = work();
  const both = [flights.once('key', make), flights.once('key', make)];
  end(new Error('no'));
  for (const one of both) await t.throwsAsync(one, { message: 'no' });
  const later = flights.once('key', make);
  end();
  await t.notThrowsAsync(later);
  t.is(begun(), 2);
});

test('with failures of their own, who has waited in vain makes it once more, together', async (t) => {
  const flights = new SingleFlight({ ownFailures: true });
  const [bad, good] = [work(), work()];
  const first = flights.once('key', bad.make);
  const others = [flights.once('key', good.make), flights.once('key', good.make)];
  bad.end(new Error('no'));
  await t.throwsAsync(first, { message: 'no' });
  good.end();
  const [one, other] = await Promise.all(others);
  t.is(one, other);
  t.deepEqual([bad.begun(), good.begun()], [1, 1]);
});
