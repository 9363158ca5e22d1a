import { S6tsError } from '../../base/error.js';
import type { TarMemberHead } from './tar-scan.js';

/** What one layer says about one path. */
export interface LayerEntry {
  readonly kind: 'directory' | 'file' | 'link';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Where a link leads. */
  readonly target?: string;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

/** A layer's prefix of a name that takes away what lower layers have of it (image-spec, layer.md, "Whiteouts"). */
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** So far hard links to hard links are followed. */
const DEEPEST_LINKS = 8;

/** More than this many characters of names is no file system. */
const MAX_CHARACTERS = 400_000_000;

/**
 * One layer's entries without their contents, in a sorted list of strings `path NUL facts`: a million entries take some
 * hundred megabytes, and a lookup is a binary search. Of two members with one name the later one counts, as for who
 * unpacks the layer.
 */
export class LayerIndex {
  readonly #records: readonly string[];

  private constructor(records: readonly string[]) {
    this.#records = records;
  }

  /** The index of records that `records()` gave before. */
  static of(records: readonly string[]): LayerIndex {
    return new LayerIndex(records);
  }

  records(): readonly string[] {
    return this.#records;
  }

  /** What the layer holds at a path (no slash at either end). */
  at(path: string): LayerEntry | undefined {
    const facts = this.#factsAt(path).find((text) => !text.startsWith('w') && !text.startsWith('o'));
    return facts === undefined ? undefined : this.#entry(facts, 0);
  }

  /** The path under which a file's bytes stand in the layer's tar: a hard link has none of its own. */
  contentOf(path: string, depth = 0): string {
    const link = this.#factsAt(path).find((text) => text.startsWith('h'));
    if (link === undefined || depth > DEEPEST_LINKS) return path;
    return this.contentOf(link.split(' ').slice(4).join(' '), depth + 1);
  }

  /** True where the layer takes away what lower layers have at this very path. */
  hides(path: string): boolean {
    return this.#factsAt(path).some((text) => text.startsWith('w'));
  }

  /** True where the layer takes away all that lower layers have below this folder. */
  isOpaque(path: string): boolean {
    return this.#factsAt(path).some((text) => text.startsWith('o'));
  }

  /** True where the layer holds something below a path: then it is a folder, if only by what is in it. */
  holdsBelow(path: string): boolean {
    return !this.#below(path).next().done;
  }

  /** Names straight below a folder, sorted; those that the layer holds, not those that it hides. */
  names(path: string): readonly string[] {
    return [...new Set(this.#below(path))].sort();
  }

  /** Names straight below a folder that the layer hides. */
  hiddenNames(path: string): readonly string[] {
    const prefix = path === '' ? '' : `${path}/`;
    const found: string[] = [];
    for (let index = this.#find(prefix); index < this.#records.length; index += 1) {
      const record = this.#records[index] ?? '';
      if (!record.startsWith(prefix)) break;
      const [name = '', facts = ''] = split(record);
      if (facts.startsWith('w') && !name.slice(prefix.length).includes('/'))
        found.push(name.slice(prefix.length));
    }
    return found;
  }

  #factsAt(path: string): readonly string[] {
    const found: string[] = [];
    const key = `${path}\0`;
    for (let index = this.#find(key); this.#records[index]?.startsWith(key) === true; index += 1) {
      found.push(this.#records[index]?.slice(key.length) ?? '');
    }
    return found;
  }

  *#below(path: string): Generator<string> {
    const prefix = path === '' ? '' : `${path}/`;
    let index = this.#find(prefix);
    while (index < this.#records.length) {
      const record = this.#records[index] ?? '';
      if (!record.startsWith(prefix)) return;
      const [whole = '', facts = ''] = split(record);
      const rest = whole.slice(prefix.length);
      const slash = rest.indexOf('/');
      const name = slash < 0 ? rest : rest.slice(0, slash);
      if (name === '' || (slash < 0 && (facts.startsWith('w') || facts.startsWith('o')))) {
        index += 1;
        continue;
      }
      yield name;
      // What is below `name` ends before `name0`, 0 being the character after the slash.
      index = slash < 0 ? index + 1 : this.#find(`${prefix}${name}0`);
    }
  }

  /** The first record that isn't before `key`. */
  #find(key: string): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #entry(facts: string, depth: number): LayerEntry | undefined {
    const [kind = '', mode = '', uid = '', gid = '', ...rest] = facts.split(' ');
    const attributes = { mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid) };
    const text = rest.join(' ');
    switch (kind) {
      case 'd':
        return { kind: 'directory', ...attributes, xattrs: xattrsFrom(text) };
      case 'l':
        return { kind: 'link', ...attributes, target: text, xattrs: NO_XATTRS };
      case 'h': {
        // A hard link is what it points to, a symbolic link even; a chain of them is followed, a ring is not.
        const found =
          depth > DEEPEST_LINKS ? undefined : this.#factsAt(text).find((other) => /^[flh]/.test(other));
        return found === undefined
          ? { kind: 'file', ...attributes, xattrs: NO_XATTRS }
          : this.#entry(found, depth + 1);
      }
      default:
        return { kind: 'file', ...attributes, xattrs: NO_XATTRS };
    }
  }
}

/** Collects the members of a layer; `what` names the layer in errors. */
export class LayerIndexBuilder {
  readonly #records: string[] = [];
  #characters = 0;

  constructor(readonly what: string) {}

  /** Takes a member. @throws S6tsError `layer-malformed` for a name that leads out of the root. */
  add(member: TarMemberHead): void {
    const path = this.#inside(member.path, member);
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    const folder = path.slice(0, Math.max(0, slash));
    const record =
      name === OPAQUE
        ? `${folder}\0o`
        : name.startsWith(WHITEOUT)
          ? name.startsWith(`${WHITEOUT}${WHITEOUT}`)
            ? undefined
            : `${slash < 0 ? '' : `${folder}/`}${name.slice(WHITEOUT.length)}\0w`
          : `${path}\0${this.#facts(member)}`;
    if (record === undefined) return;
    this.#characters += record.length;
    if (this.#characters > MAX_CHARACTERS) {
      throw this.#refused(member, 'its names alone would fill the memory');
    }
    this.#records.push(record);
  }

  build(): LayerIndex {
    // Strings of one path lie side by side once sorted; which of them came last, only the unsorted list knows.
    const sorted = [...this.#records].sort();
    const twice = new Set<string>();
    sorted.forEach((record, index) => {
      const key = keyOf(record);
      if (index > 0 && keyOf(sorted[index - 1] ?? '') === key) twice.add(key);
    });
    if (twice.size === 0) return LayerIndex.of(sorted);
    const last = new Map(
      this.#records.map((record) => [keyOf(record), record] as const).filter(([key]) => twice.has(key)),
    );
    return LayerIndex.of(
      sorted.filter((record, index) => {
        const wanted = last.get(keyOf(record));
        return wanted === undefined || (wanted === record && sorted[index - 1] !== record);
      }),
    );
  }

  #facts(member: TarMemberHead): string {
    const attributes = `${member.mode.toString(8)} ${member.uid} ${member.gid}`;
    switch (member.type) {
      case '5':
        return `d ${attributes} ${xattrsToText(member.xattrs)}`;
      case '2':
        return `l ${attributes} ${member.linkpath}`;
      case '1':
        return `h ${attributes} ${this.#inside(member.linkpath, member)}`;
      default:
        return `f ${attributes}`;
    }
  }

  /** A path without `.`, `..` and extra slashes, from the root. */
  #inside(path: string, member: TarMemberHead): string {
    if (path.includes('\0')) throw this.#refused(member, 'a name in it holds a NUL');
    if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)) return path;
    const parts: string[] = [];
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue;
      if (part !== '..') parts.push(part);
      else if (parts.pop() === undefined) throw this.#refused(member, 'a name in it leads out of the root');
    }
    return parts.join('/');
  }

  #refused(member: TarMemberHead, reason: string): S6tsError {
    return new S6tsError(
      'layer-malformed',
      `${this.what} is refused: ${reason}: ${JSON.stringify(member.path)}`,
      {
        what: this.what,
      },
    );
  }
}

const NO_XATTRS: ReadonlyMap<string, Uint8Array> = new Map();

/** Path and, for whiteouts, kind: a whiteout and a member of one name stand side by side. */
function keyOf(record: string): string {
  const [path = '', facts = ''] = split(record);
  return `${path}\0${/^[wo]/.test(facts) ? facts.charAt(0) : 'e'}`;
}

function split(record: string): readonly string[] {
  const nul = record.indexOf('\0');
  return [record.slice(0, nul), record.slice(nul + 1)];
}

function xattrsToText(xattrs: ReadonlyMap<string, Uint8Array>): string {
  return [...xattrs]
    .map(([name, value]) => `${encodeURIComponent(name)}=${Buffer.from(value).toString('base64')}`)
    .join(' ');
}

function xattrsFrom(text: string): ReadonlyMap<string, Uint8Array> {
  if (text === '') return NO_XATTRS;
  return new Map(
    text.split(' ').map((pair) => {
      const equals = pair.indexOf('=');
      return [decodeURIComponent(pair.slice(0, equals)), Buffer.from(pair.slice(equals + 1), 'base64')];
    }),
  );
}
