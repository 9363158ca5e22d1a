/** The bill of materials of a tarball. */
export function sbomName(tarball: string): string {
  return tarball.replace(/\.tar\.gz$/, '.cdx.json');
}

/** What a tarball was built from and how. */
export function provenanceName(tarball: string): string {
  return tarball.replace(/\.tar\.gz$/, '.provenance.json');
}

/** The public key that they are signed with. */
export const PUBLIC_KEY = 's6-overlay-key.asc';
/** The files that the checksums cover. */
export const COVERED = /^s6-overlay-[\w-]+\.(?:tar\.gz|cdx\.json|provenance\.json)$/;
