import type { OutgoingHttpHeaders } from 'node:http';
import type { Access, Found, Route, Routes } from '../../core/access.ts';
import { unreachable } from '../../core/assert.ts';
import type { Clock, NewId } from '../../core/ports.ts';
import { type Address, pathOf } from './address.ts';
import { isPassFor } from './admission.ts';
import type { Browser, Whose } from './browser.ts';
import { cookieFor } from './cookies.ts';
import type { RouteCache } from './route-cache.ts';
import { earlier, ended, notReady, opening, othersBrowser, type Said, stranger } from './said.ts';
import type { Pass, Signatures } from './signatures.ts';

type Followed =
  | { kind: 'said'; said: Said }
  | { kind: 'lead'; to: string; headers: OutgoingHttpHeaders };

export type Links = {
  access: Access;
  /** Looking at a link's page does not use it. */
  look(pass: Pass): Followed;
  /** In a browser that is whose. */
  follow(pass: Pass, whose: Whose): Promise<Followed>;
};

/** Below a session's path, where its cookie is sent along: who has it goes in all the same. */
export const spentQueries = { used: '?link=used', expired: '?link=expired' } as const;

export function createLinks(deps: {
  address: Address;
  signatures: Signatures;
  routes: Routes;
  found: RouteCache;
  browser: Browser;
  clock: Clock;
  newId: NewId;
}): Links {
  const { address, signatures, clock } = deps;

  async function use(pass: Pass, route: Route): Promise<Followed> {
    const { id, validUntil } = pass;
    if (!(await deps.routes.useLink({ id, validUntil }))) return spent(pass, 'used');
    const value = await signatures.signed('cookie', deps.newId(), route);
    const cookie = cookieFor(route.name, value, address.isSecure);
    const cookies = [cookie, await deps.browser.takenBy(route)];
    return { kind: 'lead', to: `${pathOf(route.name)}lab`, headers: { 'set-cookie': cookies } };
  }

  return {
    access: {
      async linkTo(session) {
        const signed = await signatures.signed('link', deps.newId(), session);
        return `${address.originOf(session.name)}/open/${signed}`;
      },
    },
    look(pass) {
      if (pass.validUntil <= clock.now()) return spent(pass, 'expired');
      return { kind: 'said', said: opening(pass.name) };
    },
    async follow(pass, whose) {
      if (pass.validUntil <= clock.now()) return spent(pass, 'expired');
      if (whose === 'others') return { kind: 'said', said: othersBrowser(pass.name) };
      const found = await deps.found.find(pass.name);
      if (found.kind === 'open' && isPassFor(pass, found.route)) return use(pass, found.route);
      return { kind: 'said', said: closed(found, pass.name) };
    },
  };
}

/** Why a link that is good leads nowhere. It is not used up by that. */
function closed(found: Found, name: string): Said {
  switch (found.kind) {
    case 'open':
      return earlier(name);
    case 'not_ready':
      return notReady(name);
    case 'ended':
      return ended(name, found);
    case 'unknown':
      return stranger(name);
    default:
      return unreachable(found);
  }
}

function spent({ name }: Pass, why: keyof typeof spentQueries): Followed {
  return { kind: 'lead', to: `${pathOf(name)}${spentQueries[why]}`, headers: {} };
}
