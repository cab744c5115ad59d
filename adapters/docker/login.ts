import type { Secret } from '../../core/secret.ts';

/** What was left for the registry of an image, as `user:password`; null: nothing. */
export type LoginFor = (reference: string) => Promise<Secret | null>;

/** As the engine's API wants it beside a pull and a push. */
export function authOf(login: Secret | null, reference: string) {
  const [username = '', password = ''] = login?.reveal().split(/:(.*)/s) ?? [];
  return { username, password, serveraddress: reference.split('/')[0] ?? '' };
}
