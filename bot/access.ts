import type { Access } from '../core/access.ts';
import type { SessionView } from '../core/view.ts';

/** Straight to Jupyter on its host, with the token in the address. */
export const directAccess: Access = {
  linkTo: async ({ url, token }) => `${url}lab?token=${token}`,
};

/** Into a session, for its holder; null where there is nowhere to go. */
export async function linkOf(access: Access, session: SessionView): Promise<string | null> {
  const { id: sessionId, name, holder, url, token, state } = session;
  if (url === null || token === null || state !== 'running') return null;
  return access.linkTo({ sessionId, name, holderId: holder.personId, url, token });
}
