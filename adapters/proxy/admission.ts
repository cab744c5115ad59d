import type { IncomingMessage } from 'node:http';
import type { Route } from '../../core/access.ts';
import { unreachable } from '../../core/assert.ts';
import type { Clock } from '../../core/ports.ts';
import type { Address } from './address.ts';
import type { Browser } from './browser.ts';
import { splitCookies } from './cookies.ts';
import type { RouteCache } from './route-cache.ts';
import { earlier, ended, notReady, othersBrowser, type Said } from './said.ts';
import type { Pass, Signatures } from './signatures.ts';

export type Admission =
  | { kind: 'admitted'; route: Route }
  /** They hold a pass, and it leads nowhere now. */
  | { kind: 'held_up'; said: Said }
  | { kind: 'stranger' };

/** Who has a cookie of ours for that session, and is still its holder, may come in. */
export function createAdmission(deps: {
  signatures: Signatures;
  routes: RouteCache;
  clock: Clock;
  address: Address;
  browser: Browser;
}): (req: IncomingMessage, name: string) => Promise<Admission> {
  return async (req, name) => {
    const { ours } = splitCookies(req.headers.cookie, deps.address.isSecure);
    const now = deps.clock.now();
    const read = await Promise.all(ours.map((value) => deps.signatures.read('cookie', value)));
    const passes = read.filter((pass) => pass?.name === name && pass.validUntil > now);
    // Without a pass nothing is looked up, so nothing is told and no load is made.
    if (passes.length === 0) return { kind: 'stranger' };
    const admission = admit(passes, await deps.routes.find(name));
    if (admission.kind !== 'admitted') return admission;
    const whose = await deps.browser.whose(req, admission.route.holderId);
    if (whose === 'others') return { kind: 'held_up', said: othersBrowser(name) };
    return whose === 'left' ? { kind: 'stranger' } : admission;
  };
}

function admit(
  passes: readonly (Pass | null)[],
  found: Awaited<ReturnType<RouteCache['find']>>,
): Admission {
  switch (found.kind) {
    case 'open': {
      const isHolder = passes.some((pass) => pass !== null && isPassFor(pass, found.route));
      if (isHolder) return { kind: 'admitted', route: found.route };
      return { kind: 'held_up', said: earlier(found.route.name) };
    }
    case 'not_ready':
      return { kind: 'held_up', said: notReady(found.name) };
    case 'ended':
      return { kind: 'held_up', said: ended(found.name, found) };
    case 'unknown':
      return { kind: 'stranger' };
    default:
      return unreachable(found);
  }
}

/** A name is used again: neither an earlier session of it nor an earlier holder counts. */
export function isPassFor(pass: Pass, route: Route): boolean {
  return pass.sessionId === route.sessionId && pass.holderId === route.holderId;
}
