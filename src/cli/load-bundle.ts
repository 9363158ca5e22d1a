import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import os from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { cacheFolder } from '../base/user-folders.js';
import type { keepCode } from './keep-code.js';
import type { runCli } from './run.js';

/** What the bundle exports (scripts/bundle.js). */
export interface Bundle {
  readonly COMMANDS: Readonly<Record<string, unknown>>;
  readonly runCli: typeof runCli;
  readonly keepCode: typeof keepCode;
}

export interface LoadedBundle {
  readonly bundle: Bundle;
  /** Keeps the compiled code of all that has run by now, after the first runs. Fails in silence: it only saves time. */
  keepCode(): Promise<void>;
}

/** The bundle is an expression, this function: what CommonJS knows besides its own text, and what `import()` does in it. */
type Wrapper = (
  exports: unknown,
  require: NodeJS.Require,
  module: Module,
  filename: string,
  dirname: string,
  s6tsImport: (specifier: string) => Promise<unknown>,
) => void;

const SUFFIX = '.code';
const DIGEST_BYTES = 32;
/** How many runs the code has been kept after; V8 wants what follows to lie at a multiple of 8. */
const RUNS_BYTES = 8;
/** A first run often does more than those that find their caches filled, and other things: the second is kept, too. */
const RUNS = 2;

/**
 * Loads the bundle as a module of its own, with the bytecode that V8 has made of it before: compiling it anew takes as long
 * as starting Node. `use` is the command that runs, as each compiles other parts. The code lies in the folder `code` of the
 * user's cache, or where NODE_COMPILE_CACHE says; NODE_DISABLE_COMPILE_CACHE=1 does without (both are Node's own, from
 * version 22 on).
 */
export function loadBundle(file: string, use: string, env: NodeJS.ProcessEnv): LoadedBundle {
  standInForAccount(env);
  const source = readFileSync(file);
  const cache = codeFile(source, use, env);
  // Else V8 forgets, in a run of some length, what it has compiled at its start.
  if (cache !== undefined) setFlagsFromString('--no-flush-bytecode');
  const kept = cache === undefined ? undefined : codeIn(cache);
  const cachedData = kept?.code;
  const script = new Script(source.toString('latin1'), {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const require = createRequire(file);
  const module = new Module(file);
  module.filename = file;
  // oclif asks for the commands by the file's name: it gets this very module.
  require.cache[file] = module;
  const wrapper = script.runInThisContext() as Wrapper;
  const load = (specifier: string): Promise<unknown> => import(specifier);
  wrapper.call(module.exports, module.exports, require, module, file, dirname(file), load);
  module.loaded = true;
  const runs = script.cachedDataRejected === false ? (kept?.runs ?? 0) : 0;
  const bundle = module.exports as Bundle;
  return {
    bundle,
    keepCode: async () => {
      if (cache === undefined || runs >= RUNS || !Object.hasOwn(bundle.COMMANDS, use)) return;
      const head = Buffer.alloc(RUNS_BYTES);
      head.writeUInt8(runs + 1);
      const content = Buffer.concat([head, script.createCachedData()]);
      await bundle.keepCode(cache, Buffer.concat([digest(cache, content), content])).catch(() => undefined);
    },
  };
}

/**
 * A container's user by number alone has no account: oclif asks it for a home and a shell all the same, as it is loaded, and
 * fails. What s6ts itself needs a home for is src/base/user-folders.ts's matter.
 */
function standInForAccount(env: NodeJS.ProcessEnv): void {
  if (env['HOME'] !== undefined && env['SHELL'] !== undefined) return;
  try {
    os.userInfo();
  } catch {
    Object.assign(os, { homedir: () => env['HOME'] ?? '/' });
    env['SHELL'] ??= '';
  }
}

/** Undefined where there is no place for it. */
function codeFile(source: Uint8Array, use: string, env: NodeJS.ProcessEnv): string | undefined {
  if (env['NODE_DISABLE_COMPILE_CACHE'] === '1') return undefined;
  const { version, arch } = process;
  const key = createHash('sha256')
    .update(JSON.stringify([version, arch, use]))
    .update(source);
  try {
    const { NODE_COMPILE_CACHE: wanted = '' } = env;
    const folder = wanted === '' ? join(cacheFolder(env), 'code') : wanted;
    return join(folder, `${key.digest('hex')}${SUFFIX}`);
  } catch {
    return undefined; // No home.
  }
}

/**
 * Code that is whole, of this very source, and that nobody but us can have written: it will run. V8 itself compares no more
 * of a source than its length, and the folder may be one that others can rename files in.
 */
function codeIn(file: string): { readonly runs: number; readonly code: Buffer } | undefined {
  let fd: number | undefined;
  try {
    // Another's fifo would have us wait for a writer. Windows knows neither flag.
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { uid, mode } = fstatSync(fd);
    const isOurs = process.geteuid === undefined || (uid === process.geteuid() && (mode & 0o022) === 0);
    if (!isOurs) return undefined;
    const whole = readFileSync(fd);
    const content = whole.subarray(DIGEST_BYTES);
    if (!whole.subarray(0, DIGEST_BYTES).equals(digest(file, content))) return undefined;
    return { runs: content.readUInt8(), code: content.subarray(RUNS_BYTES) };
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Of what is kept and of the name that it has, which says what it was made of. */
function digest(file: string, content: Uint8Array): Buffer {
  return createHash('sha256').update(basename(file)).update(content).digest();
}
