import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ExecutionContext } from 'ava';
import { createCleartextMessage, generateKey, sign, type PrivateKey } from 'openpgp';
import { silent } from '../../src/base/progress.js';
import type { Lock } from '../../src/overlay/lock.js';
import type { PackagesOptions } from '../../src/overlay/source/debian/packages-options.js';
import { debOf } from './deb.js';
import { serveFiles, type TestServer } from './http-server.js';
import type { Files } from './tarball.js';

/** A package of the fake mirror. */
export interface FakePackage {
  readonly name: string;
  readonly version?: string;
  readonly depends?: string;
  readonly files?: Files;
  /** One file for all architectures. */
  readonly forAll?: boolean;
}

export interface Published {
  readonly date?: string;
  readonly validUntil?: string;
  readonly codename?: string;
  readonly byHash?: boolean;
  readonly packages?: readonly FakePackage[];
  /** Debian's names; the same packages for each, Default: amd64. */
  readonly architectures?: readonly string[];
  /** Who signs; default: the mirror's own key. */
  readonly signers?: readonly PrivateKey[];
}

/** A lock that is to have the package `app`, and pins nothing yet. */
export const UNPINNED: Lock = {
  schema: 1,
  suite: 'trixie',
  component: 'main',
  date: '2026-01-01T00:00:00Z',
  roots: ['app'],
  without: [],
  architectures: {},
};

/** How packages are fetched from a fake mirror, by whoever trusts its key. */
export function optionsFor(mirror: FakeMirror, more: Partial<PackagesOptions> = {}): PackagesOptions {
  return {
    mirror: () => Promise.resolve(mirror.url),
    cache: mirror.cache,
    keys: mirror.keys,
    now: new Date(),
    progress: silent,
    fetch: { attempts: 2, backoffMs: 1, idleMs: 1000 },
    ...more,
  };
}

/** A small Debian mirror on 127.0.0.1, signed by a key that it made. */
export interface FakeMirror extends TestServer {
  /** What is served, by path; a test may spoil it. */
  readonly files: Map<string, Uint8Array>;
  readonly key: PrivateKey;
  /** A folder with the public key, as assets/keys/debian. */
  readonly keys: string;
  /** An empty cache folder. */
  readonly cache: string;
  /** Writes suite trixie, main anew. */
  publish(state?: Published): Promise<void>;
}

export const PACKAGES = '/dists/trixie/main/binary-amd64/Packages';
export const INRELEASE = '/dists/trixie/InRelease';

/** A fake mirror with `packages`. */
export async function fakeMirror(
  t: ExecutionContext,
  packages: readonly FakePackage[] = [],
): Promise<FakeMirror> {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-mirror-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const key = await archiveKey();
  const keys = join(folder, 'keys');
  await mkdir(keys);
  await writeFile(join(keys, 'archive.asc'), key.toPublic().armor());
  const files = new Map<string, Uint8Array>();
  const server = await serveFiles(t, files);
  const publish = async (state: Published = {}): Promise<void> => {
    const indexes = (state.architectures ?? ['amd64']).map((architecture) => {
      const stanzas = (state.packages ?? packages).map((each) => add(files, architecture, each));
      return [architecture, stanzas.join('\n')] as const;
    });
    const release = releaseText(files, indexes, state);
    files.set(INRELEASE, Buffer.from(await cleartext(release, state.signers ?? [key])));
  };
  await publish();
  return { ...server, files, key, keys, cache: join(folder, 'cache'), publish };
}

/** A key as an archive has. `date`: when it was made; `expiresAfterSeconds`: 0 is never. */
export async function archiveKey(
  date = new Date('2025-01-01'),
  expiresAfterSeconds = 0,
): Promise<PrivateKey> {
  const { privateKey } = await generateKey({
    userIDs: [{ name: 'Archive of a test', email: 'archive@example.org' }],
    date,
    keyExpirationTime: expiresAfterSeconds,
    format: 'object',
  });
  return privateKey;
}

/** An OpenPGP cleartext signature. */
export async function cleartext(text: string, signers: readonly PrivateKey[], date?: Date): Promise<string> {
  const message = await createCleartextMessage({ text });
  return sign({ message, signingKeys: [...signers], ...(date === undefined ? {} : { date }) });
}

function add(
  files: Map<string, Uint8Array>,
  index: string,
  { name, version = '1.0-1', depends, files: content, forAll }: FakePackage,
): string {
  const architecture = forAll === true ? 'all' : index;
  const path = `pool/main/${name}/${name}_${version}_${architecture}.deb`;
  const deb = debOf(content ?? { [`/usr/bin/${name}`]: `${name} ${version} ${architecture}` });
  files.set(`/${path}`, deb);
  return [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    ...(depends === undefined ? [] : [`Depends: ${depends}`]),
    `Filename: ${path}`,
    `Size: ${deb.length}`,
    `SHA256: ${sha256(deb)}`,
    `Description: ${name}`,
    ' of a test.',
    '',
  ].join('\n');
}

function releaseText(
  files: Map<string, Uint8Array>,
  indexes: readonly (readonly [architecture: string, text: string])[],
  state: Published,
): string {
  const lines = indexes.flatMap(([architecture, text]) => {
    const plain = Buffer.from(text);
    const folder = `main/binary-${architecture}`;
    const variants = [
      ['', plain],
      ['.gz', gzipSync(plain)],
    ] as const;
    return variants.map(([suffix, bytes]) => {
      files.set(`/dists/trixie/${folder}/Packages${suffix}`, bytes);
      files.set(`/dists/trixie/${folder}/by-hash/SHA256/${sha256(bytes)}`, bytes);
      return ` ${sha256(bytes)} ${bytes.length} ${folder}/Packages${suffix}`;
    });
  });
  return [
    'Origin: Debian',
    'Suite: stable',
    `Codename: ${state.codename ?? 'trixie'}`,
    `Date: ${state.date ?? 'Sat, 21 Nov 2026 09:15:44 UTC'}`,
    ...(state.validUntil === undefined ? [] : [`Valid-Until: ${state.validUntil}`]),
    ...(state.byHash === false ? [] : ['Acquire-By-Hash: yes']),
    'SHA256:',
    ...lines,
    '',
  ].join('\n');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
