/** ISO 8601 in UTC, to the second: `2026-11-21T09:15:44Z`. */
export function isoDate(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
