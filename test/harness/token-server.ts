import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from 'ava';
import { serve, type TestServer } from './http-server.js';

export interface TokenServerOptions {
  readonly issuer: string;
  readonly cert: string;
  readonly key: string;
  /** Who may have tokens: the Authorization header, or the form that was posted. */
  readonly allows: (asked: { readonly authorization: string; readonly form: URLSearchParams }) => boolean;
  /** Seconds. */
  readonly lifetime?: number;
}

/** A token server (distribution, "Token Authentication Specification") that gives what is asked for to whom it allows. */
export async function tokenServer(
  t: Pick<ExecutionContext, 'teardown'>,
  { issuer, cert, key, allows, lifetime = 300 }: TokenServerOptions,
): Promise<TestServer> {
  const x5c = [new X509Certificate(readFileSync(cert)).raw.toString('base64')];
  const privateKey = createPrivateKey(readFileSync(key));
  return serve(t as ExecutionContext, (request, response) => {
    void bodyOf(request).then((body) => {
      const form = new URLSearchParams(body);
      const { searchParams } = new URL(request.url ?? '', 'http://token');
      if (!allows({ authorization: request.headers.authorization ?? '', form })) {
        response.writeHead(401).end();
        return;
      }
      const scopes = [...searchParams.getAll('scope'), ...(form.get('scope') ?? '').split(' ')].filter(
        Boolean,
      );
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: issuer,
        sub: 'somebody',
        aud: searchParams.get('service') ?? form.get('service'),
        exp: now + lifetime,
        nbf: now - 10,
        iat: now,
        jti: randomUUID(),
        access: scopes.map((scope) => {
          const [type, name, actions = ''] = scope.split(':');
          return { type, name, actions: actions.split(',') };
        }),
      };
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const signed = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part(claims)}`;
      const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      const token = `${signed}.${signature.toString('base64url')}`;
      response.end(JSON.stringify({ token, access_token: token, expires_in: lifetime }));
    });
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}
