import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the context of a `docker build` as the seed's README has it: the overlay is added to `base`, /init is its entrypoint. */
export function seedContext(context: string, base: string, overlay: string): void {
  mkdirSync(context, { recursive: true });
  // ADD would unpack the tarball by itself under its own name; the seed has it fetched from a URL, which does not.
  copyFileSync(overlay, join(context, 'overlay.bin'));
  writeFileSync(
    join(context, 'Dockerfile'),
    [
      `FROM ${base}`,
      'COPY overlay.bin /tmp/s6-overlay-amd64.tar.gz',
      'RUN tar xzf /tmp/s6-overlay-amd64.tar.gz -C /',
      'ENTRYPOINT ["/init"]',
      '',
    ].join('\n'),
  );
}
