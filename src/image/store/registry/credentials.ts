import { S6tsError } from '../../../base/error.js';

/** What a registry may be told about who asks; `from` says where it stands, for messages. */
export type Credentials = { readonly from: string } & (
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** To be exchanged for access tokens (OAuth 2 refresh token). */
  | { readonly kind: 'identity'; readonly token: string }
  /** To be sent as it is. */
  | { readonly kind: 'bearer'; readonly token: string }
);

/** `USER:PASSWORD`; a password may hold colons. @throws S6tsError `credentials-invalid`, which doesn't repeat it. */
export function passwordIn(text: string, from: string): Credentials {
  const colon = text.indexOf(':');
  if (colon <= 0) {
    throw new S6tsError('credentials-invalid', `${from} has no USER:PASSWORD`, {
      what: from,
      hint: 'write both, or on a terminal USER alone: the password is asked for there',
    });
  }
  return { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1), from };
}
