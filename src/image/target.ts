import { S6tsError } from '../base/error.js';
import {
  formatImageName,
  INDEX_IN_ARCHIVE,
  hasTransport,
  parseImageName,
  parseReference,
  type Reference,
} from './reference.js';

/**
 * Reads the name under which something is to be stored. With a prefix it says in which kind of store; a bare name is one
 * in the source's own: its engine, its registry, its layout or archive. @throws S6tsError `reference-invalid`.
 */
export function targetReference(text: string, source: Reference): Reference {
  const reference = hasTransport(text) ? parseReference(text) : besides(source, text);
  switch (reference.kind) {
    case 'id':
      throw unnamed(text);
    case 'name':
    case 'registry':
      if (reference.name.digest !== undefined) throw unnamed(text);
      return {
        ...reference,
        name: { ...reference.name, tag: reference.name.tag ?? 'latest' },
      } as typeof reference;
    case 'file':
      if (reference.transport === 'rootfs') throw readOnly(text);
      if (reference.transport === 'docker-archive' && INDEX_IN_ARCHIVE.test(reference.image ?? ''))
        throw unnamed(text);
      return reference;
  }
}

/** A bare name, in the source's store. */
function besides(source: Reference, text: string): Reference {
  switch (source.kind) {
    case 'id':
    case 'name':
      return parseReference(`docker-daemon:${text}`);
    case 'registry': {
      const { domain = source.name.domain, ...name } = parseImageName(text);
      return parseReference(`docker://${formatImageName({ domain, ...name })}`);
    }
    case 'file':
      if (source.transport === 'rootfs') throw readOnly(text);
      return parseReference(`${source.transport}:${source.path}:${text}`);
  }
}

function readOnly(text: string): S6tsError {
  return new S6tsError('reference-invalid', `--tag ${text}: a root file system is only read`, {
    what: text,
    hint: 'say where the image goes: --tag docker-daemon:NAME:TAG, oci:FOLDER:TAG, oci-archive:FILE:TAG …',
  });
}

function unnamed(text: string): S6tsError {
  return new S6tsError(
    'reference-invalid',
    `--tag ${text}: an image can't be stored under an id, digest or place`,
    {
      what: text,
      hint: 'give --tag NAME:TAG',
    },
  );
}
