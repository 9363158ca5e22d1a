import type { OverlayTree, TreeEntry } from './tree.js';

/** Where two tarballs part. */
export interface Difference {
  /** The path of the entry. */
  readonly entry: string;
  /** What differs in it, as a sentence: "is …" of the first, "… of the second". */
  readonly how: string;
}

/** The first entry, in the archive's order, in which `given` is not `rebuilt`; undefined where the trees are alike. */
export function firstDifference(given: OverlayTree, rebuilt: OverlayTree): Difference | undefined {
  const paths = [...new Set([...given.keys(), ...rebuilt.keys()])].sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  for (const entry of paths) {
    const [one, other] = [given.get(entry), rebuilt.get(entry)];
    if (one === undefined) return { entry, how: 'it is missing' };
    if (other === undefined) return { entry, how: 'it does not belong there' };
    const how = entryDifference(one, other);
    if (how !== undefined) return { entry, how };
  }
  return undefined;
}

function entryDifference(one: TreeEntry, other: TreeEntry): string | undefined {
  if (one.kind === 'link' && other.kind === 'link') {
    return one.target === other.target
      ? undefined
      : `it leads to ${one.target}, and should to ${other.target}`;
  }
  if (one.kind === 'link' || other.kind === 'link' || one.kind !== other.kind) {
    return `it is a ${one.kind}, and should be a ${other.kind}`;
  }
  if (one.mode !== other.mode) return `its mode is ${octal(one.mode)}, and should be ${octal(other.mode)}`;
  if (one.kind === 'directory' || other.kind === 'directory') return undefined;
  const length = Math.min(one.bytes.length, other.bytes.length);
  const at = one.bytes.findIndex((byte, index) => index < length && byte !== other.bytes[index]);
  if (at >= 0) return `its byte ${at} of ${one.bytes.length} is another`;
  const sizes = `it has ${one.bytes.length} bytes, and should have ${other.bytes.length}`;
  return one.bytes.length === other.bytes.length ? undefined : sizes;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
