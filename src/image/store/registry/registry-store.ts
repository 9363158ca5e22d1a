import { BlobImageStore } from '../../blob/blob-image-store.js';
import type { Reference, RegistryReference } from '../../reference.js';
import type { ImageStore, RegistryOptions, StoreContext } from '../../store.js';
import { S6tsError } from '../../../base/error.js';
import { Repository } from './repository.js';
import { RegistrySession } from './session.js';

/** The images of a repository, `docker://HOST/NAME[:TAG][@DIGEST]`. @throws S6tsError `credentials-ambiguous`. */
export function openRegistry({ name }: RegistryReference, context: StoreContext): ImageStore {
  const { cacheFolder, progress, registry, signal, onInterrupt } = context;
  return new BlobImageStore(new Repository(sessionFor(name.domain, context), name.path), {
    cacheFolder,
    progress,
    patience: registry.patience,
    signal,
    onInterrupt,
    nameOf: (asked: Reference) =>
      asked.kind === 'registry' ? (asked.name.digest ?? asked.name.tag ?? 'latest') : undefined,
  });
}

/** All that one command does in a registry goes through one session. */
const sessions = new WeakMap<RegistryOptions, Map<string, RegistrySession>>();

function sessionFor(
  domain: string,
  { env, home, registry, signal, progress }: StoreContext,
): RegistrySession {
  const open = sessions.get(registry) ?? new Map<string, RegistrySession>();
  sessions.set(registry, open);
  const known = open.get(domain);
  if (known !== undefined) return known;
  const [other] = open.keys();
  if (registry.creds !== undefined && other !== undefined) {
    throw new S6tsError(
      'credentials-ambiguous',
      `--creds is for one registry; these are ${other} and ${domain}`,
      {
        what: '--creds',
        hint: `log in to both instead: docker login ${other}; docker login ${domain}`,
      },
    );
  }
  const warn = (text: string): void => progress.warn(text);
  const session = new RegistrySession(domain, { env, home, signal, warn, ...registry });
  open.set(domain, session);
  return session;
}
