import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import * as CycloneDX from '@cyclonedx/cyclonedx-library';
import { parseArchitecture } from '../../src/overlay/architecture.js';
import { claimsOf } from '../../src/overlay/licences.js';
import { noticesOf } from '../../src/overlay/notices.js';
import { readOverlay } from '../../src/overlay/overlay-file.js';
import { provenance } from '../../src/overlay/provenance.js';
import { sbom } from '../../src/overlay/sbom.js';
import { treeOf } from '../../src/overlay/tree.js';
import { releaseFolder, releaseTarball } from '../harness/release.js';
import { bytesOf, realPackages, skawareLock } from '../harness/real-packages.js';

interface Component {
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly { readonly license: { readonly id?: string; readonly name?: string } }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly components?: readonly Component[];
}
interface Bom {
  readonly serialNumber: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

async function fileOf(name: string): Promise<string> {
  return readFile(join(await releaseFolder(), name), 'utf8');
}

async function assertValid(text: string): Promise<unknown> {
  return new CycloneDX.Validation.JsonStrictValidator(CycloneDX.Spec.Version.v1dot6).validate(text);
}

test('the bill of materials is what the official CycloneDX 1.6 schema takes, strictly', async (t) => {
  const text = await fileOf('s6-overlay-amd64.cdx.json');
  t.is(await assertValid(text), null);
  t.not(await assertValid(text.replace('"type": "library"', '"type": "libary"')), null, 'the check can fail');
});

test('every file of the tarball is in the bill of materials once, with its hash, within what it came from', async (t) => {
  const bom = JSON.parse(await fileOf('s6-overlay-amd64.cdx.json')) as Bom;
  const bytes = await readFile(await releaseTarball());
  const { tree } = await readOverlay(bytes, 'the release');
  const files = [bom.metadata.component, ...bom.components].flatMap((part) => part.components ?? []);
  const listed = files.map(({ name, hashes }) => `${hashes?.[0]?.content ?? ''} ${name}`).sort();
  const shipped = [...tree].flatMap(([path, entry]) =>
    entry.kind === 'file' ? [`${createHash('sha256').update(entry.bytes).digest('hex')} ${path}`] : [],
  );
  t.deepEqual(listed, shipped.sort());
  t.is(bom.metadata.component.hashes?.[0]?.content, createHash('sha256').update(bytes).digest('hex'));
  const libc = bom.components.find(({ name }) => name === 'libc6');
  t.deepEqual(
    libc?.components?.map(({ name }) => name),
    ['usr/lib/s6/ld', 'usr/lib/s6/lib/libc.so.6'],
  );
  t.regex(libc?.purl ?? '', /^pkg:deb\/debian\/libc6@2\.41-[\w%.+]+\?arch=amd64&distro=trixie$/);
  t.true(libc?.licenses?.some(({ license }) => license.id === 'LGPL-2.1-or-later'));
});

test("each package's hash and voucher are the lock's, and so are the inputs of the provenance statement", async (t) => {
  const pinned = (await skawareLock()).architectures['amd64'] ?? [];
  t.true(pinned.length > 4);
  const bom = JSON.parse(await fileOf('s6-overlay-amd64.cdx.json')) as Bom;
  const statement = JSON.parse(await fileOf('s6-overlay-amd64.provenance.json')) as {
    subject: { name: string; digest: { sha256: string } }[];
    predicate: { buildDefinition: { resolvedDependencies: { uri: string; digest: { sha256: string } }[] } };
  };
  const { resolvedDependencies: inputs } = statement.predicate.buildDefinition;
  for (const { name, sha256, vouchedBy } of pinned) {
    const part = bom.components.find((each) => each.name === name);
    t.is(part?.hashes?.[0]?.content, sha256);
    const hash = part?.properties?.find((each) => each.name === 's6ts:vouchedBy:sha256')?.value;
    t.is(hash, vouchedBy?.inReleaseSha256);
    t.true(
      inputs.some(({ digest }) => digest.sha256 === sha256),
      name,
    );
  }
  const [subject] = statement.subject;
  const tarball = await readFile(await releaseTarball());
  t.is(subject?.digest.sha256, createHash('sha256').update(tarball).digest('hex'));
  t.is(subject?.name, 's6-overlay-amd64.tar.gz');
});

test('a package that no signed index vouched for is marked in both', async (t) => {
  const amd64 = parseArchitecture('amd64');
  const { packages } = await realPackages(amd64);
  const [first] = packages;
  if (first === undefined) return t.fail('the lock is empty');
  const unvouched = { ...first.package, vouchedBy: null, reason: 'the index was stale' };
  const contents = {
    part: 's6-overlay' as const,
    architecture: amd64,
    version: '1.2.3',
    date: new Date(0),
    tarball: { name: 'x.tar.gz', bytes: Buffer.from('x') },
    tree: treeOf([]),
    programs: {
      tree: treeOf([]),
      packages: [unvouched],
      notices: new Map<string, string>(),
      origins: new Map<string, string>(),
      source: { kind: 'prebuilt' } as const,
    },
    recipe: { compression: 'fast', source: { kind: 'prebuilt' } } as const,
    binaries: { init: Buffer.from('i'), utils: Buffer.from('u') },
  };
  const text = sbom(contents);
  t.is(await assertValid(text), null);
  t.true(text.includes('"null: the index was stale"'));
  t.regex(provenance(contents), /"vouchedBy": null,\s+"reason": "the index was stale"/);
  t.is(sbom(contents), text, 'its serial number is no random one');
});

test('the tarball holds the copyright files of its packages, of musl, and ours, word for word', async (t) => {
  const { tree } = await readOverlay(await readFile(await releaseTarball()), 'the release');
  const text = Buffer.from(bytesOf(tree, noticesOf('s6-overlay'))).toString('utf8');
  const { originals } = await realPackages(parseArchitecture('amd64'));
  let packages = 0;
  for (const [path, entry] of originals) {
    if (!/^usr\/share\/doc\/[^/]+\/copyright$/.test(path) || entry.kind !== 'file') continue;
    packages += 1;
    t.true(text.includes(Buffer.from(entry.bytes).toString('utf8').trimEnd()), path);
  }
  t.is(packages, 6);
  for (const part of [
    'the s6ts authors',
    'Rich Felker',
    'Laurent Bercot',
    'GNU LESSER GENERAL PUBLIC LICENSE',
  ])
    t.true(text.includes(part), part);
  const listing = execFileSync('tar', ['-tvzf', await releaseTarball(), `./${noticesOf('s6-overlay')}`], {
    encoding: 'utf8',
  });
  t.true(listing.startsWith('-rw-r--r-- 0/0'), listing);
});

test('a copyright file that is no machine-readable one is named, not guessed at', (t) => {
  t.deepEqual(claimsOf('It was put together by somebody.\n', 'x'), {
    licences: [{ name: 'see the copyright file of x' }],
    copyright: undefined,
  });
  const text = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2001 A
 2002 B
License: LGPL-2.1+ and Odd

Files: debian/*
Copyright: 2003 C
License: ISC

License: Odd
 Do as you like.
`;
  t.deepEqual(claimsOf(text, 'x'), {
    licences: [{ id: 'LGPL-2.1-or-later' }, { name: 'Odd' }, { id: 'ISC' }],
    copyright: '2001 A\n2002 B',
  });
});
