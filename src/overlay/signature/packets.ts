import { enums, readSignature, SignaturePacket } from 'openpgp';
import { blocksOf } from './armor.js';
import { bad, type Bad } from './verdict.js';

/** A signature file holds one packet a signer, each below 1.5 KB: anything larger is another file. */
export const MAX_SIGNATURE_BYTES = 256 * 1024;

/** More signatures than that in one file are an attempt to make us work. */
const MAX_SIGNATURES = 16;

/** Packet tag of a signature (RFC 9580, 5). */
const SIGNATURE_TAG = 2;

/** Reads a detached signature, binary or armoured, one or several packets; or says why it is none. */
export async function readSignaturePackets(bytes: Uint8Array): Promise<readonly SignaturePacket[] | Bad> {
  if (bytes.length === 0) return bad('empty', 'the signature file is empty');
  if (bytes.length > MAX_SIGNATURE_BYTES) {
    return bad('not-a-signature', 'it is far larger than a signature', {
      hint: 'the signature comes first, then the file: s6ts verify FILE.sig FILE',
    });
  }
  const blocks = await blocksOf(bytes, ['SIGNATURE']);
  if (blocks.kind === 'cut') return bad('truncated', 'the signature ends too early');
  if (blocks.kind === 'damaged') return bad('not-a-signature', 'the armour of the signature is damaged');
  if (blocks.kind === 'other')
    return bad('not-a-signature', `it holds ${describe(blocks.label)}, not a detached signature`);
  const packets: SignaturePacket[] = [];
  for (const block of blocks.blocks) {
    const read = await packetsOfBlock(block);
    if ('kind' in read) return read;
    packets.push(...read);
  }
  if (packets.length > MAX_SIGNATURES) {
    return bad(
      'not-a-signature',
      `it holds ${packets.length} signatures; ${MAX_SIGNATURES} are the most that make sense`,
    );
  }
  return packets;
}

async function packetsOfBlock(block: Uint8Array): Promise<SignaturePacket[] | Bad> {
  const tags = tagsOf(block);
  if (tags === 'cut') return bad('truncated', 'the signature ends too early');
  if (tags === 'other' || tags.length === 0) return bad('not-a-signature', 'it is not OpenPGP data');
  const [other] = tags.filter((tag) => tag !== SIGNATURE_TAG);
  if (other !== undefined)
    return bad('not-a-signature', `it holds ${describeTag(other)}, not a detached signature`);
  try {
    const { packets } = await readSignature({ binarySignature: block });
    const known = [...packets].filter((packet) => packet instanceof SignaturePacket);
    return known.length > 0
      ? known
      : bad('unsupported', 'it is a signature of a version that s6ts does not know');
  } catch {
    // The library has no error codes: the packets are whole, so what is inside one is malformed.
    return bad('not-a-signature', 'the signature is damaged');
  }
}

/**
 * The tags of consecutive packets (RFC 9580, 4.2, both header formats); `cut` when the last one is longer than the
 * data, `other` when it is no packet at all.
 */
function tagsOf(bytes: Uint8Array): readonly number[] | 'cut' | 'other' {
  const tags: number[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const header = view.getUint8(at);
    if ((header & 0x80) === 0) return 'other';
    const framed = (header & 0x40) === 0 ? oldLength(view, at) : newLength(view, at);
    if (framed === 'cut') return framed;
    if (framed.end > bytes.length) return 'cut';
    tags.push((header & 0x40) === 0 ? (header >> 2) & 0x0f : header & 0x3f);
    at = framed.end;
  }
  return tags;
}

/** A packet of indeterminate or partial length, as streamed messages have, ends the list: no signature has that. */
type Framed = { readonly end: number } | 'cut';

function oldLength(view: DataView, at: number): Framed {
  const type = view.getUint8(at) & 0x03;
  if (type === 3) return { end: view.byteLength };
  const size = 1 << type;
  if (at + 1 + size > view.byteLength) return 'cut';
  const length =
    type === 0 ? view.getUint8(at + 1) : type === 1 ? view.getUint16(at + 1) : view.getUint32(at + 1);
  return { end: at + 1 + size + length };
}

function newLength(view: DataView, at: number): Framed {
  if (at + 2 > view.byteLength) return 'cut';
  const first = view.getUint8(at + 1);
  if (first < 192) return { end: at + 2 + first };
  if (first === 255) return at + 6 > view.byteLength ? 'cut' : { end: at + 6 + view.getUint32(at + 2) };
  if (first >= 224) return { end: view.byteLength };
  if (at + 3 > view.byteLength) return 'cut';
  return { end: at + 3 + ((first - 192) << 8) + view.getUint8(at + 2) + 192 };
}

function describe(label: string): string {
  const names: Readonly<Record<string, string>> = {
    'PUBLIC KEY BLOCK': 'a public key',
    'PRIVATE KEY BLOCK': 'a private key',
    'SIGNED MESSAGE': 'a clear-signed message',
    MESSAGE: 'an OpenPGP message',
    text: 'plain text',
  };
  return names[label] ?? `a PGP ${label.toLowerCase()}`;
}

function describeTag(tag: number): string {
  if (tag === (enums.packet.publicKey as number)) return 'a public key';
  if (tag === (enums.packet.secretKey as number)) return 'a private key';
  return 'other OpenPGP data';
}
