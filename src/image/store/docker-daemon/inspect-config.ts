/** One row of an image's history as the engine shows it, oldest last. */
export interface HistoryRow {
  /** Seconds since 1970. */
  readonly created: number;
  readonly createdBy: string;
  readonly comment: string;
  /** Bytes that the row's layer adds; 0 for a row without layer, too. */
  readonly size: number;
}

/** Keys of an image config in the order of image-spec, config.md, with the names that inspect has for them. */
const HEAD = [
  ['architecture', 'Architecture'],
  ['variant', 'Variant'],
  ['author', 'Author'],
  ['config', 'Config'],
  ['container', 'Container'],
  ['container_config', 'ContainerConfig'],
  ['created', 'Created'],
  ['docker_version', 'DockerVersion'],
] as const;
const TAIL = [
  ['os', 'Os'],
  ['os.version', 'OsVersion'],
] as const;

/** JSON texts that inspect shows where the config has no such key. */
const NOTHING = new Set(['""', 'null', undefined]);

/**
 * An image config with every value that inspect (`raw`: key → JSON text) and history show. The same answers give the
 * same text; a config made here, stored and read again gives itself.
 */
export function configFrom(
  raw: (key: string) => string | undefined,
  diffIds: readonly string[],
  history: readonly HistoryRow[],
): string {
  const members = (keys: readonly (readonly [string, string])[]): string[] =>
    keys
      .map(([key, name]) => [key, raw(name)] as const)
      .filter(([, text]) => !NOTHING.has(text))
      .map(([key, text]) => `"${key}":${text ?? ''}`);
  const entries = withLayerMarks([...history].reverse(), diffIds.length);
  return `{${[
    ...members(HEAD),
    ...(entries.length === 0 ? [] : [`"history":${JSON.stringify(entries)}`]),
    ...members(TAIL),
    `"rootfs":{"type":"layers","diff_ids":${JSON.stringify(diffIds)}}`,
  ].join(',')}}`;
}

interface HistoryEntry {
  readonly created: string;
  readonly created_by?: string;
  readonly comment?: string;
  readonly empty_layer?: true;
}

/**
 * History doesn't show which rows have a layer: those with a size have one for sure; of the others, as many as there
 * are layers left, those whose instruction changes files first.
 */
function withLayerMarks(rows: readonly HistoryRow[], layers: number): HistoryEntry[] {
  const bySureness = rows
    .map((row, index) => ({ index, rank: rankOf(row) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index);
  const withLayer = new Set(bySureness.slice(0, layers).map(({ index }) => index));
  return rows.map(({ created, createdBy, comment }, index) => ({
    created: new Date(created * 1000).toISOString().replace('.000Z', 'Z'),
    ...(createdBy === '' ? {} : { created_by: createdBy }),
    ...(comment === '' ? {} : { comment }),
    ...(withLayer.has(index) ? {} : { empty_layer: true as const }),
  }));
}

function rankOf({ size, createdBy }: HistoryRow): number {
  if (size > 0) return 0;
  if (
    /#\(nop\)|^(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b/.test(
      createdBy,
    )
  ) {
    return /#\(nop\) (?:COPY|ADD)/.test(createdBy) ? 1 : 3;
  }
  return /^WORKDIR\b/.test(createdBy) ? 2 : 1;
}
