import { MEDIA_TYPES, SCHEMA_1_TYPES } from '../../blob/media-type.js';

/**
 * The Accept header for what names images, all of it: a registry hides, or changes into something else, what a client
 * doesn't say that it knows.
 */
export const ACCEPT = [
  ...(['oci', 'docker'] as const).flatMap((family) => [
    MEDIA_TYPES[family].index,
    MEDIA_TYPES[family].manifest,
  ]),
  ...SCHEMA_1_TYPES,
].join(', ');
