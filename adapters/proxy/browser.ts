import type { IncomingMessage } from 'node:http';
import type { Route } from '../../core/access.ts';
import type { Clock, NewId } from '../../core/ports.ts';
import type { Address } from './address.ts';
import { holderCookieFor, splitCookies } from './cookies.ts';
import type { Signatures } from './signatures.ts';

/** `theirs`: as far as is known. `left`: nobody's, until a link is followed again. */
export type Whose = 'theirs' | 'others' | 'left';

/**
 * On one origin a page can do with another whatever its reader can, so one browser is one person:
 * else who follows somebody's link would let that person's session into their own.
 */
export type Browser = {
  /** Whether it is that holder's. */
  whose(req: IncomingMessage, holderId: string): Promise<Whose>;
  /** The cookie that makes it this holder's. */
  takenBy(route: Route): Promise<string>;
  /** The cookie that makes it nobody's. Passes that it has open nothing until it is somebody's. */
  left(name: string): Promise<string>;
};

const nobody = '';

export function createBrowser(deps: {
  address: Address;
  signatures: Signatures;
  clock: Clock;
  newId: NewId;
}): Browser {
  const { signatures, address } = deps;

  async function signed(holding: Pick<Route, 'sessionId' | 'name' | 'holderId'>) {
    const value = await signatures.signed('holder', deps.newId(), holding);
    return holderCookieFor(value, address.isSecure);
  }

  return {
    async whose(req, holderId) {
      const { holders } = splitCookies(req.headers.cookie, address.isSecure);
      const read = await Promise.all(holders.map((value) => signatures.read('holder', value)));
      const now = deps.clock.now();
      const known = read.flatMap((pass) => (pass && pass.validUntil > now ? [pass.holderId] : []));
      if (known.some((id) => id !== holderId && id !== nobody)) return 'others';
      return known.includes(nobody) ? 'left' : 'theirs';
    },
    takenBy: signed,
    left: (name) => signed({ sessionId: '', name, holderId: nobody }),
  };
}
