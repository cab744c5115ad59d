import { createHash } from 'node:crypto';

/** What is kept of an API token. Tokens are long and random, so a plain hash is enough. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
