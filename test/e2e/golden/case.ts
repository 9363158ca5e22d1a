import { readFileSync } from 'node:fs';
import type { ContainerOptions, PlannedSignal } from '../../harness/container-options.js';
import type { Box } from '../../harness/container.js';
import type { ExecutionContext } from 'ava';

/** One recorded start of s6-overlay v1.21.2.2 (test/fixtures/golden.json). */
export interface GoldenCase {
  readonly name: string;
  readonly about: string;
  readonly files?: Readonly<Record<string, { readonly mode: string; readonly text: string }>>;
  readonly env: Readonly<Record<string, string>>;
  readonly cmd: readonly string[];
  readonly stdin?: string;
  readonly how?: string;
}

/** What s6ts must answer to a case: the original's answer, or RUNTIME's better one. */
export interface Expectation {
  readonly exit: number;
  /** All of stdout: scripts, services, CMD. */
  readonly stdout: string | RegExp;
  /** All lines of stderr in order, trailing blanks aside. */
  readonly stderr: readonly (string | RegExp)[];
  /** Further lines of stderr, each exactly once, anywhere: what comes from services beside stage 2, and warnings. */
  readonly beside?: readonly RegExp[];
  /** Further lines of stderr that may be there. */
  readonly maybe?: readonly RegExp[];
  readonly signals?: readonly PlannedSignal[];
  /** From start to end, in ms; that a stop is quick is looked at in stop.test.ts. */
  readonly atLeastMs?: number;
  /** Looks at the ended container. */
  readonly after?: (box: Box, t: ExecutionContext) => Promise<void>;
}

/** Case name → expectation. */
export type Expectations = Readonly<Record<string, Expectation>>;

/** All recorded cases. */
export const CASES = JSON.parse(
  readFileSync(new URL('../../fixtures/golden.json', import.meta.url), 'utf8'),
) as readonly GoldenCase[];

/** How the case's `how` is said to the engine. */
const HOW: Readonly<Record<string, Partial<ContainerOptions>>> = {
  'workdir /tmp': { workdir: '/tmp' },
  'uid 1000': { user: '1000' },
  'read-only root, tmpfs /run': { readOnly: true, tmpfs: { '/run': '' } },
};

/** The start of a case as it was recorded. @throws Error for a `how` that this table does not know. */
export function optionsOf(golden: GoldenCase, image: string): ContainerOptions {
  const how = golden.how === undefined ? {} : HOW[golden.how];
  if (how === undefined) throw new Error(`${golden.name}: how is "${String(golden.how)}" done?`);
  const files = Object.entries(golden.files ?? {}).map(([path, { mode, text }]) => [
    path,
    { text, mode: parseInt(mode, 8) },
  ]);
  return {
    image,
    cmd: golden.cmd,
    env: golden.env,
    files: Object.fromEntries(files) as ContainerOptions['files'] & object,
    ...(golden.stdin === undefined ? {} : { stdin: golden.stdin }),
    ...how,
  };
}
