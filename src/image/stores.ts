import { resolve } from 'node:path';
import type { Reference } from './reference.js';
import type { ImageStore, StoreContext } from './store.js';
import { dryRun } from './store/dry-run-store.js';
import { DockerDaemonStore } from './store/docker-daemon/docker-daemon-store.js';

/** The store of a reference; each is loaded where it is used. @throws S6tsError where it can't be reached. */
async function storeFor(reference: Reference, context: StoreContext): Promise<ImageStore> {
  switch (reference.transport) {
    case 'docker-daemon':
      return DockerDaemonStore.connect(context);
    case 'oci': {
      const { openOciLayout } = await import('./store/oci-layout/oci-layout-store.js');
      return openOciLayout(reference, context);
    }
    case 'oci-archive': {
      const { openOciArchive } = await import('./store/archive/open-oci-archive.js');
      return openOciArchive(reference, context);
    }
    case 'docker-archive': {
      const { DockerArchiveStore } = await import('./store/archive/docker-archive-store.js');
      return new DockerArchiveStore(reference, context);
    }
    case 'rootfs': {
      const { RootfsStore } = await import('./store/rootfs/rootfs-store.js');
      return new RootfsStore(reference, context);
    }
    case 'docker': {
      const { openRegistry } = await import('./store/registry/registry-store.js');
      return openRegistry(reference, context);
    }
  }
}

/**
 * Runs `body` with the store of a source and that of a target (the source's own where none is named), and closes both.
 * @throws S6tsError where one can't be reached; what `body` throws.
 */
export async function withStores<T>(
  { source, target }: { readonly source: Reference; readonly target?: Reference | undefined },
  context: StoreContext,
  body: (from: ImageStore, to: ImageStore) => Promise<T>,
): Promise<T> {
  const here = target === undefined || sameStore(source, target);
  const from = await storeFor(source, { ...context, handsOut: !here });
  const into = here ? from : await storeFor(target, context);
  const to = context.dryRun === true ? dryRun(into) : into;
  try {
    return await body(from, to);
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

/** True where images are manifests and packed layers; an engine and its archives know layers by their tars. */
export function keepsBlobs({ transport }: Reference): boolean {
  return transport === 'docker' || transport === 'oci' || transport === 'oci-archive';
}

/** True where both lie in one place, so that blobs needn't travel. */
export function sameStore(a: Reference, b: Reference): boolean {
  if (a.kind === 'registry' && b.kind === 'registry') {
    return a.name.domain === b.name.domain && a.name.path === b.name.path;
  }
  if (a.kind === 'file' && b.kind === 'file') {
    return a.transport === b.transport && resolve(a.path) === resolve(b.path);
  }
  return a.transport === b.transport;
}
