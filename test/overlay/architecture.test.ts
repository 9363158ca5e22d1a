import { readFile } from 'node:fs/promises';
import test from 'ava';
import { S6tsError } from '../../src/base/error.js';
import {
  ARCHITECTURES,
  architectureOfPlatform,
  namesOf,
  parseArchitecture,
  parseArchitectures,
} from '../../src/overlay/architecture.js';

for (const [seed, names] of [
  ['amd64', 'amd64 x86_64 linux/amd64 linux/amd64/v2 x86_64-linux-gnu AMD64'],
  ['x86', 'x86 i386 386 linux/386 i686'],
  ['armhf', 'armhf arm linux/arm linux/arm/v7 arm/v7 armv7l'],
  ['aarch64', 'aarch64 arm64 linux/arm64 linux/arm64/v8 arm64/v8'],
  ['riscv64', 'riscv64 linux/riscv64'],
  ['ppc64le', 'ppc64le ppc64el powerpc64le'],
  ['s390x', 's390x linux/s390x'],
] as const) {
  test(`${seed} under the names of the seed, OCI, Debian and the kernel`, (t) => {
    for (const name of names.split(' ')) t.is(parseArchitecture(name).seed, seed, name);
  });
}

test('no name stands for two architectures', (t) => {
  const names = ARCHITECTURES.flatMap(namesOf);
  t.is(new Set(names).size, names.length);
});

test('an unknown name gets the list, and the nearest one where there is one', (t) => {
  for (const [name, near] of [
    ['amd46', 'amd64'],
    ['arm46', 'arm64'],
    ['x86_46', 'x86_64'],
    ['windows/amd64', undefined],
    ['arm64/v8/x', undefined],
    ['', undefined],
  ] as const) {
    const error = t.throws(() => parseArchitecture(name), { instanceOf: S6tsError });
    t.is(error.code, 'architecture-unknown');
    t.regex(error.hint ?? '', /amd64 x86 armhf aarch64 riscv64 ppc64le s390x/);
    t.is(/did you mean (\S+)\?/.exec(error.hint ?? '')?.[1], near, name);
  }
});

test('an ARM before v7 is refused, not taken for armhf', (t) => {
  for (const name of ['linux/arm/v6', 'arm/v6', 'linux/arm/v5', 'armel', 'armv6l']) {
    const error = t.throws(() => parseArchitecture(name), { instanceOf: S6tsError });
    t.regex(error.message, /ARMv7/);
    t.regex(error.hint ?? '', /SKAWARE_SOURCE/);
  }
  t.is(architectureOfPlatform('arm', 'v6'), undefined);
  t.is(architectureOfPlatform('arm', 'v7')?.seed, 'armhf');
});

test('a list is sorted as the table, each once; all is all', (t) => {
  const seeds = (names: readonly string[]): string[] => parseArchitectures(names).map(({ seed }) => seed);
  t.deepEqual(seeds(['arm64', 'amd64', 'aarch64']), ['amd64', 'aarch64']);
  t.is(seeds(['s390x', 'all']).length, 7);
});

test('the runtime is compiled for every row of the table, with Debian’s folder names', async (t) => {
  const make = await readFile(new URL('../../src/runtime/arch.mk', import.meta.url), 'utf8');
  const rows = [...make.matchAll(/^ARCH_(\S+) *= *(.*)$/gm)].map(([, seed, row]) => [
    seed,
    row?.split(/ +/)[3],
  ]);
  t.deepEqual(
    rows,
    ARCHITECTURES.map(({ seed, multiarch }) => [seed, multiarch]),
  );
});
