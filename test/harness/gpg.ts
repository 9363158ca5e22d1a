import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** A real gpg with a folder of its own, which goes with its agent when the test ends. */
export interface Gpg {
  readonly home: string;
  /** Runs gpg in batch mode. @returns its exit code, both outputs as text, stdout as bytes too */
  run(args: readonly string[], options?: GpgOptions): Promise<GpgResult>;
  /** Makes a key, e.g. of kind `ed25519/sign`, and returns its fingerprint. */
  key(userId: string, algorithm: string, options?: KeyOptions): Promise<string>;
  /** Writes the public key into a file, and returns the file. */
  exportKey(fingerprint: string): Promise<string>;
  /** A detached signature over `content`. */
  sign(
    fingerprint: string,
    content: string | Uint8Array,
    args?: readonly string[],
    at?: string,
  ): Promise<Uint8Array>;
}

export interface GpgOptions {
  readonly input?: string | Uint8Array;
  /** The time that gpg takes it to be: `20250102T000000`. */
  readonly at?: string | undefined;
  readonly passphrase?: string;
}

export interface KeyOptions {
  readonly usage?: string;
  readonly expires?: string;
  readonly at?: string;
  readonly passphrase?: string;
}

export interface GpgResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Uint8Array;
}

/** A folder that goes when the test ends. */
export async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-sig-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function gpgFor(t: ExecutionContext): Promise<Gpg> {
  // The agent's socket must fit into 108 bytes of path.
  const home = await mkdtemp(join(tmpdir(), 's6g-'));
  t.teardown(async () => {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    await rm(home, { recursive: true, force: true });
  });
  const run = (args: readonly string[], options: GpgOptions = {}): Promise<GpgResult> => {
    const time = options.at === undefined ? [] : ['--faked-system-time', `${options.at}!`];
    const secret = ['--pinentry-mode', 'loopback', '--passphrase', options.passphrase ?? ''];
    return spawnGpg(
      ['--homedir', home, '--batch', '--no-tty', '--yes', ...time, ...secret, ...args],
      options.input,
    );
  };
  const must = async (args: readonly string[], options?: GpgOptions): Promise<GpgResult> => {
    const result = await run(args, options);
    if (result.code !== 0)
      throw new Error(`gpg ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
    return result;
  };
  return {
    home,
    run,
    async key(userId, algorithm, options = {}) {
      const args = [
        '--status-fd',
        '1',
        '--quick-gen-key',
        userId,
        algorithm,
        options.usage ?? 'sign',
        options.expires ?? 'never',
      ];
      const { stdout } = await must(args, options);
      const made = /KEY_CREATED \w ([0-9A-F]{40})/.exec(stdout)?.[1];
      if (made === undefined) throw new Error(`gpg made no key: ${stdout}`);
      return made;
    },
    async exportKey(fingerprint) {
      const { stdout } = await must(['--armor', '--export', fingerprint]);
      const file = join(home, `exported-${Math.random().toString(36).slice(2)}.asc`);
      await writeFile(file, stdout);
      return file;
    },
    async sign(fingerprint, content, args = [], at) {
      const { bytes } = await must(['--local-user', fingerprint, ...args, '--output', '-', '--detach-sign'], {
        input: content,
        at,
      });
      return bytes;
    },
  };
}

function spawnGpg(args: readonly string[], input: string | Uint8Array | undefined): Promise<GpgResult> {
  return new Promise((resolve) => {
    const child = execFile(
      'gpg',
      args,
      { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => {
        resolve({
          code: child.exitCode ?? -1,
          stdout: stdout.toString('latin1'),
          stderr: stderr.toString(),
          bytes: new Uint8Array(stdout),
        });
      },
    );
    // gpg may have ended without reading it; its exit code then says so.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}
