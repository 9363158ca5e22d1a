import { PacketList, PublicKey, SignaturePacket, type AnyPacket, type Key } from 'openpgp';

/**
 * One key out of all copies of it: every name, sub-key and signature that any copy has, so that the newest expiry and
 * every revocation counts, whichever file it is in. (The library's own `update` drops a revocation when the other copy
 * has one already.)
 * @param copies at least one; all with the same primary key
 */
export function mergeCopies(copies: readonly Key[]): PublicKey {
  // A key is a list of heads (primary key, name, sub-key), each followed by its signatures (RFC 9580, 10.1).
  const parts = new Map<string, AnyPacket[]>();
  for (const copy of copies) {
    let part: AnyPacket[] = [];
    for (const packet of copy.toPublic().toPacketList()) {
      if (packet instanceof SignaturePacket) part.push(packet);
      else part = partOf(parts, packet);
    }
  }
  const packets = new PacketList<AnyPacket>();
  for (const part of parts.values()) packets.push(...part);
  return new PublicKey(packets);
}

/** Groups keys by their primary key, in the order of first sight. */
export function groupByFingerprint<T extends { readonly key: Key }>(
  entries: readonly T[],
): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const fingerprint = entry.key.getFingerprint();
    groups.set(fingerprint, [...(groups.get(fingerprint) ?? []), entry]);
  }
  return [...groups.values()];
}

function partOf(parts: Map<string, AnyPacket[]>, head: AnyPacket): AnyPacket[] {
  const id = `${head.constructor.name} ${Buffer.from(head.write()).toString('hex')}`;
  const known = parts.get(id);
  if (known !== undefined) return known;
  const made = [head];
  parts.set(id, made);
  return made;
}
