import { unarmor } from 'openpgp';
import { bytesOf } from './one-pass.js';

/** What a file of OpenPGP data holds. */
export type Blocks =
  | { readonly kind: 'blocks'; readonly blocks: readonly Uint8Array[] }
  | { readonly kind: 'cut' }
  /** Armour of another kind, e.g. `PUBLIC KEY BLOCK`. */
  | { readonly kind: 'other'; readonly label: string }
  | { readonly kind: 'damaged' };

const BEGIN = /^-----BEGIN PGP ([A-Z ]+)-----[ \t\r]*$/m;

/**
 * Takes the ASCII armour off (RFC 9580, 6.2); binary data is its own one block. A file may hold several armours, one
 * after the other, with any text around them.
 * @param labels the kinds that are wanted, e.g. `SIGNATURE`
 */
export async function blocksOf(bytes: Uint8Array, labels: readonly string[]): Promise<Blocks> {
  // A packet begins with a byte above 127, which text in ASCII never has.
  const [first] = bytes;
  if (first === undefined || first >= 0x80) return { kind: 'blocks', blocks: [bytes] };
  const text = Buffer.from(bytes).toString('latin1');
  const label = BEGIN.exec(text)?.[1];
  if (label === undefined) return isCutBegin(text) ? { kind: 'cut' } : { kind: 'other', label: 'text' };
  if (!labels.includes(label)) return { kind: 'other', label };
  const parts = text.split(/^(?=-----BEGIN PGP )/m).filter((part) => part.startsWith('-----BEGIN PGP '));
  const blocks: Uint8Array[] = [];
  for (const part of parts) {
    const found = BEGIN.exec(part)?.[1];
    if (found === undefined || !/^-----END PGP [A-Z ]+-----/m.test(part)) return { kind: 'cut' };
    if (!labels.includes(found)) return { kind: 'other', label: found };
    const block = await bodyOf(part);
    if (block === undefined) return { kind: 'damaged' };
    blocks.push(block);
  }
  return { kind: 'blocks', blocks };
}

/** A signature that was cut within its very first line. */
function isCutBegin(text: string): boolean {
  const line = text.trimEnd();
  return line !== '' && '-----BEGIN PGP SIGNATURE-----'.startsWith(line);
}

/** The bytes of one armour, or undefined when it isn't well-formed. */
async function bodyOf(armour: string): Promise<Uint8Array | undefined> {
  try {
    // The type of `data` lives in a package that openpgp doesn't install.
    const unarmored: { readonly data: unknown } = await unarmor(armour);
    return await bytesOf(unarmored.data);
  } catch {
    // The library has no error codes: whatever it says, the armour can't be read.
    return undefined;
  }
}
