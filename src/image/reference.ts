import { S6tsError } from '../base/error.js';

/** The name of an image as Docker writes it (distribution/reference: `[domain/]path[:tag][@digest]`). */
export interface ImageName {
  /** The registry, e.g. `localhost:5000`; absent where the name has none. */
  readonly domain?: string;
  readonly path: string;
  readonly tag?: string;
  /** `sha256:…` or another algorithm's. */
  readonly digest?: string;
}

/** Where an image is: skopeo's transport and what stands behind its prefix (containers-transports(5)). */
export type Reference =
  | { readonly transport: 'docker-daemon'; readonly kind: 'name'; readonly name: ImageName }
  | { readonly transport: 'docker-daemon'; readonly kind: 'id'; readonly id: string }
  | RegistryReference
  | LayoutReference;

/** An image in a registry; the domain is never absent. */
export interface RegistryReference {
  readonly transport: 'docker';
  readonly kind: 'registry';
  readonly name: ImageName & { readonly domain: string };
}

/** An image in a folder or file. */
export interface LayoutReference {
  readonly transport: FileTransport;
  readonly kind: 'file';
  readonly path: string;
  /** The image's name in there: `org.opencontainers.image.ref.name`, or a RepoTag of a Docker archive. */
  readonly image?: string;
}

const FILE_TRANSPORTS = ['oci', 'oci-archive', 'docker-archive', 'rootfs'] as const;
type FileTransport = (typeof FILE_TRANSPORTS)[number];

/** The prefixes of a Docker engine and of a registry. */
const ENGINE = 'docker-daemon:';
const REGISTRY = 'docker://';

/** Docker's own registry stands behind names without one. */
const DEFAULT_DOMAIN = 'docker.io';

/** Prefixes that skopeo knows and s6ts has nothing for. */
const OTHER_PLACES = ['dir:', 'containers-storage:'];

const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = new RegExp(`^(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const PATH_PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const MAX_NAME_LENGTH = 255;
/** An image of a Docker archive by its place in it, counted from 0 (containers-transports(5)). */
export const INDEX_IN_ARCHIVE = /^@(\d{1,9})$/;
/** The grammar of `org.opencontainers.image.ref.name` (image-spec, annotations.md). */
const REF_NAME = /^[A-Za-z0-9]+(?:[-._:@+/]+[A-Za-z0-9]+)*$/;

/**
 * Reads a reference as skopeo writes it; without a prefix it is the name or id of an image in a Docker engine.
 * @throws S6tsError `reference-invalid` | `transport-unsupported`.
 */
export function parseReference(text: string): Reference {
  const elsewhere = OTHER_PLACES.find((prefix) => text.startsWith(prefix));
  if (elsewhere !== undefined) {
    throw new S6tsError('transport-unsupported', `${text}: images behind "${elsewhere}" can't be changed`, {
      what: text,
      hint: `bring it elsewhere first, for instance: skopeo copy ${text} oci:FOLDER:TAG`,
    });
  }
  if (text.startsWith(REGISTRY)) return registryReference(text);
  const transport = FILE_TRANSPORTS.find((name) => text.startsWith(`${name}:`));
  if (transport !== undefined) return fileReference(transport, text);
  const rest = text.startsWith(ENGINE) ? text.slice(ENGINE.length) : text;
  if (/^(?:sha256:)?[0-9a-f]{64}$/.test(rest)) {
    return { transport: 'docker-daemon', kind: 'id', id: `sha256:${rest.replace('sha256:', '')}` };
  }
  return { transport: 'docker-daemon', kind: 'name', name: parseImageName(rest) };
}

/** True for a text that says by its prefix where the image is. */
export function hasTransport(text: string): boolean {
  return [ENGINE, REGISTRY, ...FILE_TRANSPORTS.map((name) => `${name}:`), ...OTHER_PLACES].some((prefix) =>
    text.startsWith(prefix),
  );
}

function registryReference(text: string): RegistryReference {
  const name = parseImageName(text.slice(REGISTRY.length));
  return { transport: 'docker', kind: 'registry', name: withDomain(name) };
}

/** The name with its registry. */
function withDomain(name: ImageName): ImageName & { readonly domain: string } {
  const domain = name.domain ?? DEFAULT_DOMAIN;
  // Docker's registry keeps the names without a slash in a folder of that name.
  const path = domain === DEFAULT_DOMAIN && !name.path.includes('/') ? `library/${name.path}` : name.path;
  return { ...name, domain, path };
}

/** The name as containerd keeps it: with a registry, and Docker Hub's folder for its own images. */
export function fullImageName(name: ImageName): string {
  return formatImageName(withDomain(name));
}

/** `oci:PATH[:IMAGE]`: the path ends at its first colon. */
function fileReference(transport: FileTransport, text: string): LayoutReference {
  const rest = text.slice(transport.length + 1);
  const [path, image] = transport === 'rootfs' ? [rest] : splitOnce(rest, rest.indexOf(':'));
  if (path === '') refuse(text, 'its path');
  if (image === undefined) return { transport, kind: 'file', path };
  if (transport === 'docker-archive') {
    if (!INDEX_IN_ARCHIVE.test(image)) parseImageName(image);
  } else if (!REF_NAME.test(image)) refuse(text, 'the name behind its last colon');
  return { transport, kind: 'file', path, image };
}

/** Reads `[domain/]path[:tag][@digest]`. @throws S6tsError `reference-invalid` naming the part that is wrong. */
export function parseImageName(text: string): ImageName {
  const [beforeDigest, digest, ...more] = splitOnce(text, text.indexOf('@'));
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) refuse(text, 'its digest');
  // A colon after the last slash begins the tag; one before it belongs to a registry's port.
  const slash = beforeDigest.lastIndexOf('/');
  const colon = beforeDigest.indexOf(':', slash + 1);
  const [name, tag] = splitOnce(beforeDigest, colon);
  if (tag !== undefined && !TAG.test(tag)) refuse(text, 'its tag');
  const [domain, path] = splitDomain(name);
  if (domain !== undefined && !DOMAIN.test(domain)) refuse(text, 'its registry');
  if (path.split('/').some((part) => !PATH_PART.test(part))) refuse(text, 'its name', path);
  if (name.length > MAX_NAME_LENGTH) refuse(text, `its name (longer than ${MAX_NAME_LENGTH})`);
  return {
    ...(domain === undefined ? {} : { domain }),
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Reads a name to store an image under: `NAME[:TAG]`, latest by default. @throws S6tsError `reference-invalid` */
export function taggedName(text: string): ImageName & { readonly tag: string } {
  const name = parseImageName(text);
  if (name.digest !== undefined) refuse(text, 'its digest: an image is stored under a tag');
  return { ...name, tag: name.tag ?? 'latest' };
}

/** The same where a text can be read so and has a tag of its own; else undefined. */
export function asTaggedName(text: string): (ImageName & { readonly tag: string }) | undefined {
  try {
    const { tag, digest, ...name } = parseImageName(text);
    return tag === undefined || digest !== undefined ? undefined : { ...name, tag };
  } catch {
    return undefined;
  }
}

/** The name as it was written. */
export function formatImageName({ domain, path, tag, digest }: ImageName): string {
  const name = domain === undefined ? path : `${domain}/${path}`;
  return `${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** The reference as the user writes it, without the prefix of a Docker engine. */
export function formatReference(reference: Reference): string {
  switch (reference.kind) {
    case 'id':
      return reference.id;
    case 'name':
      return formatImageName(reference.name);
    case 'registry':
      return `docker://${formatImageName(reference.name)}`;
    case 'file':
      return `${reference.transport}:${reference.path}${reference.image === undefined ? '' : `:${reference.image}`}`;
  }
}

/** What an injected image's tag ends with. */
const SUFFIX = '-s6';

/**
 * Where the changed image is stored when the user names no place: beside the source, its tag with `-s6` behind it; the
 * same name where the image has been through here already (`again`) and is called so.
 * @throws S6tsError `target-needed` for an image without a tag of its own.
 */
export function defaultTarget(source: Reference, again: boolean): Reference {
  return retagged(source, (tag) => (again && tag.endsWith(SUFFIX) ? tag : `${tag}${SUFFIX}`));
}

/**
 * Where an original is put back when the user names no place: under its name without the `-s6`, or in the place of an
 * image that is called otherwise. @throws S6tsError `target-needed` for an image without a tag of its own.
 */
export function originalTarget(source: Reference): Reference {
  return retagged(source, (tag) => tag.replace(new RegExp(`(?<=.)${SUFFIX}$`), ''));
}

function retagged(source: Reference, change: (tag: string) => string): Reference {
  switch (source.kind) {
    case 'id':
      throw targetNeeded(source, 'has no tag to derive a new name from');
    case 'name':
    case 'registry': {
      const { digest, ...name } = source.name;
      if (digest !== undefined && name.tag === undefined)
        throw targetNeeded(source, 'has no tag to derive a new name from');
      const tag = change(name.tag ?? 'latest');
      if (!TAG.test(tag))
        throw targetNeeded(source, `would get the tag ${tag}, longer than the 128 characters allowed`);
      return { ...source, name: { ...name, tag } } as typeof source;
    }
    case 'file':
      if (source.transport === 'rootfs') throw targetNeeded(source, 'is a root file system, and only read');
      if (source.transport !== 'oci')
        throw targetNeeded(
          source,
          'is a file: whether the result goes into it, beside its images, is for you to say',
        );
      return { ...source, image: change(source.image ?? 'latest') };
  }
}

function targetNeeded(source: Reference, why: string): S6tsError {
  return new S6tsError('target-needed', `${formatReference(source)} ${why}`, {
    what: formatReference(source),
    hint: `name the result with --tag ${targetForm(source)}`,
  });
}

function targetForm(source: Reference): string {
  if (source.kind !== 'file') return 'NAME:TAG';
  return source.transport === 'rootfs' ? 'docker-daemon:NAME:TAG' : `${source.transport}:PATH[:TAG]`;
}

/** The first part is a registry only where it can't be a path: Docker's rule. */
function splitDomain(name: string): readonly [string | undefined, string] {
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  const isDomain = slash > 0 && (/[.:]|[A-Z]/.test(first) || first === 'localhost');
  return isDomain ? [first, name.slice(slash + 1)] : [undefined, name];
}

function splitOnce(text: string, at: number): [string, ...string[]] {
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function refuse(text: string, part: string, path = ''): never {
  throw new S6tsError(
    'reference-invalid',
    `${JSON.stringify(text)} is not the name of an image: ${part} is wrong`,
    {
      what: text,
      hint: /[A-Z]/.test(path)
        ? `names are lower case: ${text.toLowerCase()}`
        : 'write it as NAME, NAME:TAG, HOST:PORT/NAME:TAG, or give an image id',
    },
  );
}
