import { sign, verify } from 'hono/utils/jwt/jwt';
import { z } from 'zod';

import type { Route } from '../../core/access.ts';
import type { Clock } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';

/** A link is followed at once or asked for again; a cookie ends with its session anyway. */
const linkSeconds = 10 * 60;
export const cookieSeconds = 7 * 24 * 3600;

const kept = z.object({
  jti: z.string(),
  session: z.string(),
  name: z.string(),
  holder: z.string(),
  exp: z.number(),
});

/** A holder's says whose a browser is. */
type Use = 'link' | 'cookie' | 'holder';

/** What we signed: that this holder may go to this session. */
export type Pass = {
  id: string;
  sessionId: string;
  name: string;
  holderId: string;
  validUntil: Date;
};

type Holding = Pick<Route, 'sessionId' | 'name' | 'holderId'>;

export type Signatures = {
  signed(use: Use, id: string, holding: Holding): Promise<string>;
  /** Null unless we signed it for that use. It may have run out. */
  read(use: Use, text: string): Promise<Pass | null>;
};

/** JSON Web Tokens (RFC 7519) by HMAC with SHA-256 alone; what is for one use is for no other. */
export function createSignatures(key: Secret, clock: Clock): Signatures {
  /** A page sends its cookie with each of its requests, and a signature does not wear out. */
  const known = new Map<string, Pass>();

  async function read(use: Use, text: string) {
    const remembered = known.get(`${use} ${text}`);
    if (remembered) return remembered;
    if (text.length > mostCharacters) return null;
    const pass = await passIn(text, { use, key });
    if (pass && known.size >= mostKnown) known.clear();
    if (pass) known.set(`${use} ${text}`, pass);
    return pass;
  }

  return {
    signed(use, jti, { sessionId: session, name, holderId: holder }) {
      const seconds = use === 'link' ? linkSeconds : cookieSeconds;
      const exp = Math.floor(clock.now().getTime() / 1000) + seconds;
      return sign({ aud: use, jti, session, name, holder, exp }, key.reveal(), algorithm);
    },
    read,
  };
}

const algorithm = 'HS256';
const mostCharacters = 2048;
const mostKnown = 1000;

async function passIn(text: string, { use, key }: { use: Use; key: Secret }): Promise<Pass | null> {
  try {
    // Whether it has run out is told by our own clock.
    const claims = await verify(text, key.reveal(), { alg: algorithm, aud: use, exp: false });
    const { jti: id, session: sessionId, name, holder: holderId, exp } = kept.parse(claims);
    return { id, sessionId, name, holderId, validUntil: new Date(exp * 1000) };
  } catch {
    return null;
  }
}
