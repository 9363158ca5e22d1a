import { register } from 'tsx/esm/api';
import { countAva, countLines } from './count.js';

const tool = (name, ...args) => [process.execPath, `node_modules/${name}`, ...args];
const make = (...args) => ['make', '--no-print-directory', '-C', 'src/runtime', ...args];

/** The steps before ava, the slowest first. */
export const STEPS = [
  {
    name: 'fuzz',
    about: 'the fuzzers of the runtime, 60 seconds for each parser of user files, 10 for the others',
    // For as long as all the others take, with what processor time they leave.
    command: ['nice', '-n', '10', ...make('fuzz-run')],
    count: countLines,
    inBackground: true,
  },
  { name: 'tidy', about: 'clang-tidy and its analyzer on the runtime', command: make('tidy') },
  {
    name: 'c',
    about: 'unit tests of the runtime under ASan and UBSan',
    command: make('test'),
    count: countLines,
  },
  {
    name: 'runtimes',
    about: 'the runtime compiled for every architecture',
    command: [process.execPath, 'scripts/build-runtime.js', '--all'],
  },
  { name: 'lint', about: 'eslint', command: tool('eslint/bin/eslint.js', '.') },
  {
    name: 'types',
    about: 'the TypeScript compiler, tests and benchmarks too',
    command: tool('typescript/bin/tsc', '--noEmit', '-p', '.'),
  },
  { name: 'format', about: 'prettier', command: tool('prettier/bin/prettier.cjs', '--check', '.') },
  { name: 'unused', about: 'knip: unused files, exports, dependencies', command: tool('knip/bin/knip.js') },
  {
    name: 'arrows',
    about: 'dependency-cruiser: which room may know which',
    command: tool(
      'dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err-long',
      'src',
    ),
  },
];

/** ava on all test files, or on these, with one engine for them all. */
export function avaStep(files) {
  return {
    name: 'ava',
    about: files.length === 0 ? 'all of test/, most on real containers' : files.join(' '),
    command: tool('ava/entrypoints/cli.mjs', ...files),
    count: countAva,
    setUp: startShared,
  };
}

/** Starts what all test files share, and builds the release that they put into images; hands over where both are. */
async function startShared() {
  register();
  const [{ engine }, { releaseFolder }] = await Promise.all([
    import('../../test/harness/engine.ts'),
    import('../../test/harness/release.ts'),
  ]);
  const [{ address }, folder] = await Promise.all([engine(), releaseFolder()]);
  return { S6TS_TEST_ENGINE: address, S6TS_TEST_RELEASE: folder };
}
