import { S6tsError } from '../../../base/error.js';
import { isObject, type JsonObject } from '../../../base/json-object.js';
import type { EngineAnswer } from './transport.js';

/** The JSON object that an answer holds. @throws S6tsError `engine-answer`. */
export function parseAnswer(answer: EngineAnswer): JsonObject {
  const value = parseJson(answer.text);
  if (!isObject(value)) throw notUnderstood(answer.text);
  return value;
}

/** The JSON array of objects that an answer holds. @throws S6tsError `engine-answer`. */
export function parseAnswerList(answer: EngineAnswer): readonly JsonObject[] {
  const value = parseJson(answer.text);
  if (!Array.isArray(value) || !value.every(isObject)) throw notUnderstood(answer.text);
  return value;
}

/** A string, or '' for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The strings of a list; none for anything else. */
export function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.filter((element): element is string => typeof element === 'string')
    : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw notUnderstood(text);
  }
}

function notUnderstood(text: string): S6tsError {
  return new S6tsError(
    'engine-answer',
    `the Docker engine answers what no engine should: ${text.slice(0, 80)}`,
    {
      hint: 'is there a proxy in between, or another program behind its address?',
    },
  );
}
