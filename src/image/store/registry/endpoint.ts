import { isLoopback } from '../../../base/loopback.js';

/** Where a registry's API is: Docker's own is not at its name. */
export function apiHost(domain: string): string {
  return domain === 'docker.io' ? 'registry-1.docker.io' : domain;
}

/**
 * The origins to try for a registry, in their order. Plain http only where `mayBePlain`: on this machine itself first, as
 * nobody can listen in there and registries there rarely have a certificate; elsewhere after https.
 */
export function originsOf(domain: string, insecure: readonly string[]): readonly string[] {
  const host = apiHost(domain);
  if (isLoopback(host)) return [`http://${host}`, `https://${host}`];
  return mayBePlain(host, insecure) ? [`https://${host}`, `http://${host}`] : [`https://${host}`];
}

/** True for this machine itself, and for what the user has named. */
export function mayBePlain(host: string, insecure: readonly string[]): boolean {
  return isInsecure(host, insecure) || isLoopback(host);
}

/** True where the user has named the host and port, or the host alone, which stands for each of its ports. */
export function isInsecure(host: string, insecure: readonly string[]): boolean {
  // A URL's host is lower case, and has no port that its scheme has anyway.
  const wanted = host.toLowerCase();
  const named = insecure.map((each) => each.toLowerCase());
  return (
    named.includes(wanted) ||
    named.includes(wanted.replace(/:\d+$/, '')) ||
    named.some((each) => each.replace(/:(?:443|80)$/, '') === wanted)
  );
}
