/**
 * How long work tells what it does. The core calls it; src/cli draws it (a live line on a terminal, plain lines
 * elsewhere, nothing under --json).
 */
export interface Progress {
  /** A stage begins, e.g. "fetch libc6". Ends the one before. */
  stage(text: string): void;
  /** Bytes done of the present stage; `total` when known. */
  bytes(done: number, total?: number): void;
  /** A fact for the user that is neither a stage nor an error. */
  note(text: string): void;
  /** Something that the user should know before trusting the result. */
  warn(text: string): void;
}

/** Progress that nobody watches. */
export const silent: Progress = {
  stage: () => undefined,
  bytes: () => undefined,
  note: () => undefined,
  warn: () => undefined,
};
