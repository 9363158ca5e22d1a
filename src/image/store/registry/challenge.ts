/** How a registry wants to be asked (RFC 9110, 11.6.1; distribution, "Token Authentication Specification"). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      /** Where tokens are given out. */
      readonly realm: string;
      readonly service?: string;
      readonly scope?: string;
    };

const ITEM = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]+))?/g;

/** The best of the challenges in a WWW-Authenticate header, tokens before passwords; undefined for none that we know. */
export function parseChallenge(header: string | null): Challenge | undefined {
  const offered = new Map<string, Map<string, string>>();
  let params = new Map<string, string>();
  for (const [, name = '', value] of (header ?? '').matchAll(ITEM)) {
    if (value === undefined) {
      params = new Map<string, string>();
      offered.set(name.toLowerCase(), params);
    } else params.set(name.toLowerCase(), unquoted(value));
  }
  const bearer = offered.get('bearer');
  const realm = bearer?.get('realm');
  if (bearer !== undefined && realm !== undefined) {
    const [service, scope] = [bearer.get('service'), bearer.get('scope')];
    return {
      scheme: 'bearer',
      realm,
      ...(service === undefined ? {} : { service }),
      ...(scope === undefined ? {} : { scope }),
    };
  }
  return offered.has('basic') ? { scheme: 'basic' } : undefined;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
}
