/** An init program at the head of an ENTRYPOINT, taken off. */
export interface Unwrapped {
  /** The ENTRYPOINT below it. */
  readonly rest: readonly string[];
  /** The programs that were taken off, outermost first, with their own arguments. */
  readonly dropped: readonly (readonly string[])[];
  /** What dumb-init's `--rewrite 15:N` sends for TERM: the stop signal that the CMD wants. */
  readonly stopSignal?: string;
  /** Options whose effect is lost, as written. */
  readonly lost: readonly string[];
}

interface InitProgram {
  /** Single-letter options without and with an argument (tini(1), dumb-init(1)). */
  readonly flags: string;
  readonly withArgument: string;
  /** Long options → the letter that they stand for. */
  readonly long: Readonly<Record<string, string>>;
  /** Letters that s6ts makes needless or does in its own way; the others' effect is lost. */
  readonly needless: string;
}

const TINI: InitProgram = { flags: 'hlsvwg', withArgument: 'pe', long: { version: 'h' }, needless: 'hlsvw' };
const DUMB_INIT: InitProgram = {
  flags: 'chvV',
  withArgument: 'r',
  long: { 'single-child': 'c', help: 'h', verbose: 'v', version: 'V', rewrite: 'r' },
  needless: 'hvV',
};

const PROGRAMS: Readonly<Record<string, InitProgram>> = {
  tini: TINI,
  'tini-static': TINI,
  'docker-init': TINI,
  'dumb-init': DUMB_INIT,
};

/** True where the program is an init that /init makes needless. */
export function isSmallInit(program: string | undefined): boolean {
  return programOf(program) !== undefined;
}

/**
 * Takes every small init (tini, docker-init, dumb-init) with its options and `--` off the head of an ENTRYPOINT; not one
 * whose options go on in the CMD (`ENTRYPOINT ["tini"]`, `CMD ["--", "app"]`), for what follows it there would be no program.
 */
export function unwrapInit(entrypoint: readonly string[], cmd: readonly string[] = []): Unwrapped {
  let rest = entrypoint;
  const dropped: (readonly string[])[] = [];
  const lost: string[] = [];
  let stopSignal: string | undefined;
  for (let program = programOf(rest[0]); program !== undefined; program = programOf(rest[0])) {
    const { count, options, isClosed } = parseOptions(program, rest.slice(1));
    if (!isClosed && rest.length === 1 + count && goesOn(program, options.at(-1), cmd)) break;
    dropped.push(rest.slice(0, 1 + count));
    for (const { letter, argument, written } of options) {
      const rewritten = letter === 'r' ? /^15:(\d+)$/.exec(argument ?? '')?.[1] : undefined;
      if (rewritten !== undefined && rewritten !== '0') stopSignal = rewritten;
      else if (!program.needless.includes(letter)) lost.push(written);
    }
    rest = rest.slice(1 + count);
  }
  return { rest, dropped, lost, ...(stopSignal === undefined ? {} : { stopSignal }) };
}

function programOf(program: string | undefined): InitProgram | undefined {
  const name = program?.split('/').at(-1) ?? '';
  return Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
}

/** True where a CMD begins with an option, or with the argument of the one before it. */
function goesOn(program: InitProgram, last: Option | undefined, [first]: readonly string[]): boolean {
  if (first === undefined) return false;
  const isAwaited =
    last !== undefined && last.argument === undefined && program.withArgument.includes(last.letter);
  return isAwaited || (first.startsWith('-') && first !== '-');
}

interface Option {
  readonly letter: string;
  readonly argument?: string;
  readonly written: string;
}

interface Options {
  /** How many arguments they and `--` take. */
  readonly count: number;
  readonly options: readonly Option[];
  /** There is a `--`. */
  readonly isClosed: boolean;
}

/** Reads options as getopt(3) with a leading `+` does. */
function parseOptions(program: InitProgram, args: readonly string[]): Options {
  const options: Option[] = [];
  let count = 0;
  for (; count < args.length; count += 1) {
    const arg = args[count] ?? '';
    if (arg === '--') return { count: count + 1, options, isClosed: true };
    if (!arg.startsWith('-') || arg === '-') break;
    const next = args[count + 1];
    if (arg.startsWith('--')) {
      const [name = '', value] = splitAt(arg.slice(2), '=');
      const letter = program.long[name] ?? '?';
      const takesNext = program.withArgument.includes(letter) && value === undefined && next !== undefined;
      const argument = takesNext ? next : value;
      options.push(option(letter, argument, takesNext ? `${arg} ${next}` : arg));
      if (takesNext) count += 1;
      continue;
    }
    const at = Array.from(arg.slice(1)).findIndex((letter) => program.withArgument.includes(letter));
    const plain = at < 0 ? arg.slice(1) : arg.slice(1, at + 1);
    for (const letter of plain) options.push(option(letter, undefined, `-${letter}`));
    if (at < 0) continue;
    const letter = arg[at + 1] ?? '?';
    const attached = arg.slice(at + 2);
    options.push(
      option(letter, attached === '' ? next : attached, attached === '' ? `${arg} ${next ?? ''}` : arg),
    );
    if (attached === '') count += 1;
  }
  return { count: Math.min(count, args.length), options, isClosed: false };
}

function option(letter: string, argument: string | undefined, written: string): Option {
  return { letter, written, ...(argument === undefined ? {} : { argument }) };
}

function splitAt(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
