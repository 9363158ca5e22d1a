import type { Reference } from './reference.js';
import type { ImageStore, StoreContext } from './store.js';
import { DockerDaemonStore } from './store/docker-daemon/docker-daemon-store.js';

/** Which store a reference's transport stands for. */
const STORES: Readonly<Record<Reference['transport'], (context: StoreContext) => Promise<ImageStore>>> = {
  'docker-daemon': (context) => DockerDaemonStore.connect(context),
};

/** The store of a reference. @throws S6tsError where it can't be reached. */
export function storeFor(reference: Reference, context: StoreContext): Promise<ImageStore> {
  return STORES[reference.transport](context);
}
