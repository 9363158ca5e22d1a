import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Times of one life of a program in a namespace of its own; all in milliseconds since its exec. */
export interface Life {
  readonly marks: readonly number[];
  /** From SIGTERM to the end (mode `stop`), else from exec to the end. */
  readonly end: number;
  /** Exit code, or 128 + signal. */
  readonly code: number;
  /** Mode `rest`: proportional set size in kB, and processes, of all but the services' own program. */
  readonly pss: number;
  readonly processes: number;
}

/** `life` waits for the program's own end, `stop` tells it to stop, `kill` and `rest` kill it once all is known. */
export type Mode = 'life' | 'stop' | 'kill' | 'rest';

interface Raw {
  readonly exec: number;
  readonly marks: readonly number[];
  readonly term: number;
  readonly gone: number;
  readonly pss: number;
  readonly processes: number;
  readonly status: number;
}

/** Compiles the launcher and the program that reports the clock; both static. */
export function compileLauncher(folder: string): { launch: string; mark: string } {
  const built = { launch: join(folder, 'launch'), mark: join(folder, 'mark') };
  const source = (name: string): string => new URL(`launcher/${name}.c`, import.meta.url).pathname;
  const compile = (...args: string[]): void => {
    execFileSync('clang', ['-O2', '-Wall', '-Wextra', '-Werror', '-static', '-o', ...args]);
  };
  compile(built.launch, source('launch'), source('rest'));
  compile(built.mark, source('mark'));
  return built;
}

/**
 * A root file system: busybox, the overlay (or undefined: none), and what `files` adds (path → script text, made
 * executable).
 */
export function makeRoot(
  root: string,
  overlay: string | undefined,
  mark: string,
  files: Readonly<Record<string, string>>,
): string {
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'tmp', 'run', 'var'])
    mkdirSync(join(root, folder), { recursive: true });
  execFileSync('mknod', ['-m', '666', join(root, 'dev/null'), 'c', '1', '3']);
  symlinkSync('/proc/self/fd', join(root, 'dev/fd'));
  symlinkSync('/proc/self/fd/1', join(root, 'dev/stdout'));
  if (overlay !== undefined) execFileSync('tar', ['-xzf', overlay, '-C', root]);
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  execFileSync('chroot', [root, '/bin/busybox', '--install', '-s', '/bin']);
  copyFileSync(mark, join(root, 'mark'));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), 0o755);
  }
  return root;
}

/** Runs `argv` as PID 1 of `root` until it ends; in the modes but `life` it is ended once all marks have come. */
export function launch(
  launcher: string,
  mode: Mode,
  root: string,
  marks: number,
  argv: readonly string[],
): Life {
  const output = execFileSync(launcher, [mode, root, String(marks), ...argv], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const raw = JSON.parse(output) as Raw;
  const since = (from: number, to: number): number => (to - from) / 1e6;
  const signal = raw.status & 0x7f;
  return {
    marks: raw.marks.map((at) => since(raw.exec, at)),
    end: since(mode === 'stop' ? raw.term : raw.exec, raw.gone),
    code: signal === 0 ? raw.status >> 8 : 128 + signal,
    pss: raw.pss,
    processes: raw.processes,
  };
}
