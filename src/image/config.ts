import { findNodeAtLocation, getNodeValue, parseTree, type Node, type ParseError } from 'jsonc-parser';
import { S6tsError } from '../base/error.js';

/*
 * Edits of JSON as text: what is not edited keeps its bytes, and each edit undone gives back the very text. JSON.parse
 * and stringify would move keys, round integers and drop nothing visibly.
 */

/** Where a value stands: keys and array indexes. */
export type JsonPath = readonly (string | number)[];

/** The value at `path`, parsed; undefined where there is none. @throws S6tsError `json-invalid`. */
export function valueAt(text: string, path: JsonPath): unknown {
  const node = nodeAt(text, path);
  return node === undefined ? undefined : (getNodeValue(node) as unknown);
}

/** The value at `path` as its own JSON text; undefined where there is none. @throws S6tsError `json-invalid`. */
export function rawAt(text: string, path: JsonPath): string | undefined {
  const node = nodeAt(text, path);
  return node === undefined ? undefined : text.slice(node.offset, node.offset + node.length);
}

/**
 * Puts the JSON text `raw` at `path`: in place of the value there, else as the last property of the object that
 * `path` without its end names. @throws S6tsError `json-invalid` where that is no object.
 */
export function setAt(text: string, path: JsonPath, raw: string): string {
  const present = nodeAt(text, path);
  if (present !== undefined) return splice(text, present.offset, present.length, raw);
  const key = path.at(-1);
  const parent = nodeAt(text, path.slice(0, -1));
  if (typeof key !== 'string' || parent?.type !== 'object') throw noSuchPlace(path);
  return appendTo(text, parent, `${JSON.stringify(key)}:${raw}`);
}

/** Adds the JSON text `raw` at the end of the array at `path`. @throws S6tsError `json-invalid` where there is none. */
export function appendAt(text: string, path: JsonPath, raw: string): string {
  const parent = nodeAt(text, path);
  if (parent?.type !== 'array') throw noSuchPlace(path);
  return appendTo(text, parent, raw);
}

/** Takes out the property or array element at `path`, with one comma; `setAt` or `appendAt` undone exactly. */
export function removeAt(text: string, path: JsonPath): string {
  const node = nodeAt(text, path);
  if (node === undefined) return text;
  const member = node.parent?.type === 'property' ? node.parent : node;
  const siblings = member.parent?.children ?? [];
  const index = siblings.indexOf(member);
  const before = siblings[index - 1];
  const after = siblings[index + 1];
  const end = member.offset + member.length;
  if (before !== undefined) {
    const start = before.offset + before.length;
    return splice(text, start, end - start, '');
  }
  return splice(text, member.offset, (after?.offset ?? end) - member.offset, '');
}

/** True for JSON text that is one whole object. */
export function isJsonObject(text: string): boolean {
  const errors: ParseError[] = [];
  return parseTree(text, errors, STRICT)?.type === 'object' && errors.length === 0;
}

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/** The text that was parsed last: one text is asked for many values in a row. */
let last: { readonly text: string; readonly root: Node } | undefined;

function rootOf(text: string): Node {
  if (last?.text === text) return last.root;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, STRICT);
  if (root === undefined || errors.length > 0) {
    throw new S6tsError('json-invalid', `not valid JSON near byte ${errors[0]?.offset ?? 0}`);
  }
  last = { text, root };
  return root;
}

function nodeAt(text: string, path: JsonPath): Node | undefined {
  const root = rootOf(text);
  return path.reduce<Node | undefined>(
    (node, key) => (node === undefined ? undefined : childOf(node, key)),
    root,
  );
}

/** Of two equal keys the last one counts, as for every JSON reader in this trade. */
function childOf(node: Node, key: string | number): Node | undefined {
  if (typeof key === 'number') return findNodeAtLocation(node, [key]);
  if (node.type !== 'object') return undefined;
  return node.children?.findLast((property) => property.children?.[0]?.value === key)?.children?.[1];
}

function appendTo(text: string, parent: Node, member: string): string {
  const last = parent.children?.at(-1);
  return last === undefined
    ? splice(text, parent.offset + 1, 0, member)
    : splice(text, last.offset + last.length, 0, `,${member}`);
}

function splice(text: string, offset: number, length: number, raw: string): string {
  return text.slice(0, offset) + raw + text.slice(offset + length);
}

function noSuchPlace(path: JsonPath): S6tsError {
  return new S6tsError('json-invalid', `there is nothing to put ${path.join('.')} into`);
}
