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

/** Where an image is: skopeo's transport and what stands behind its prefix. */
export type Reference =
  | { readonly transport: 'docker-daemon'; readonly kind: 'name'; readonly name: ImageName }
  | { readonly transport: 'docker-daemon'; readonly kind: 'id'; readonly id: string };

/** Prefixes that skopeo knows and that name a place other than a Docker engine. */
const OTHER_PLACES = ['docker://', 'oci:', 'oci-archive:', 'docker-archive:', 'dir:', 'containers-storage:'];

const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = new RegExp(`^(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const PATH_PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const MAX_NAME_LENGTH = 255;

/**
 * Reads a reference as skopeo writes it; without a prefix it is the name or id of an image in a Docker engine.
 * @throws S6tsError `reference-invalid` | `transport-unsupported`.
 */
export function parseReference(text: string): Reference {
  const elsewhere = OTHER_PLACES.find((prefix) => text.startsWith(prefix));
  if (elsewhere !== undefined) {
    throw new S6tsError(
      'transport-unsupported',
      `${text}: only images in a Docker engine can be changed, not those behind "${elsewhere}"`,
      { what: text, hint: `bring it there first: skopeo copy ${text} docker-daemon:NAME:TAG` },
    );
  }
  const rest = text.startsWith('docker-daemon:') ? text.slice('docker-daemon:'.length) : text;
  if (/^(?:sha256:)?[0-9a-f]{64}$/.test(rest)) {
    return { transport: 'docker-daemon', kind: 'id', id: `sha256:${rest.replace('sha256:', '')}` };
  }
  return { transport: 'docker-daemon', kind: 'name', name: parseImageName(rest) };
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

/** The name as it was written. */
export function formatImageName({ domain, path, tag, digest }: ImageName): string {
  const name = domain === undefined ? path : `${domain}/${path}`;
  return `${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** The reference in the form that engine and user know, without the prefix. */
export function formatReference(reference: Reference): string {
  return reference.kind === 'id' ? reference.id : formatImageName(reference.name);
}

/**
 * The name under which the changed image is stored when the user gives none: `IMAGE:tag-s6`; the same name where the
 * image has been through here already (`again`) and is called so.
 * @throws S6tsError `target-needed` for an image named by its id or digest.
 */
export function defaultTarget(source: Reference, again: boolean): ImageName {
  if (source.kind === 'id' || source.name.digest !== undefined) {
    throw new S6tsError('target-needed', `${formatReference(source)} has no tag to derive a new name from`, {
      what: formatReference(source),
      hint: 'name the result with --tag NAME:TAG',
    });
  }
  const tag = source.name.tag ?? 'latest';
  const target = { ...source.name, tag: again && tag.endsWith('-s6') ? tag : `${tag}-s6` };
  if (!TAG.test(target.tag)) {
    throw new S6tsError(
      'target-needed',
      `the tag ${target.tag} would be longer than the 128 characters allowed`,
      {
        what: formatReference(source),
        hint: 'name the result with --tag NAME:TAG',
      },
    );
  }
  return target;
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
