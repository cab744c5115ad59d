import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Route } from '../../core/access.ts';
import { unreachable } from '../../core/assert.ts';
import { type Address, pathOf } from './address.ts';
import type { Admission } from './admission.ts';
import type { Browser } from './browser.ts';
import { type Links, spentQueries } from './links.ts';
import { framing, nominatedBy } from './request-headers.ts';
import {
  foreign,
  forged,
  front,
  leaving,
  misdirected,
  nowhere,
  refused,
  type Said,
  spent,
  stranger,
  unframed,
} from './said.ts';
import type { Signatures } from './signatures.ts';
import { parseTarget } from './target.ts';

export type Judgement =
  | { kind: 'said'; said: Said }
  | { kind: 'lead'; to: string; headers: OutgoingHttpHeaders }
  /** `rest`: what is asked of the session, below its path. */
  | { kind: 'forward'; route: Route; rest: string };

/** Whether a request is passed on, and if not, what is said. */
export type Gate = (req: IncomingMessage) => Promise<Judgement>;

export function createGate(deps: {
  address: Address;
  admissionOf(req: IncomingMessage, name: string): Promise<Admission>;
  browser: Browser;
  links: Links;
  signatures: Signatures;
}): Gate {
  const { address } = deps;
  const say = (said: Said): Judgement => ({ kind: 'said', said });

  async function open(req: IncomingMessage, signed: string): Promise<Judgement> {
    const pass = await deps.signatures.read('link', signed);
    if (pass === null) return say(forged);
    if (!isAt(req, address.hostOf(pass.name))) return say(misdirected(address.hostOf(pass.name)));
    if (req.method === 'GET' || req.method === 'HEAD') return deps.links.look(pass);
    if (req.method !== 'POST') return say(refused(405));
    // Else a page elsewhere could lead its reader into somebody else's session.
    if (isForeign(req, address.originOf(pass.name))) return say(foreign);
    return deps.links.follow(pass, await deps.browser.whose(req, pass.holderId));
  }

  async function leave(req: IncomingMessage, name: string): Promise<Judgement> {
    if (!isAt(req, address.hostOf(name))) return say(misdirected(address.hostOf(name)));
    if (req.method === 'GET' || req.method === 'HEAD') return say(leaving(name));
    if (req.method !== 'POST') return say(refused(405));
    if (isForeign(req, address.originOf(name)) || isScripted(req)) return say(foreign);
    const headers = {
      'set-cookie': [await deps.browser.left(name)],
      // What the one before left running or kept in this browser is gone with them.
      'clear-site-data': '"storage"',
    };
    return { kind: 'lead', to: pathOf(name), headers };
  }

  async function enter(
    req: IncomingMessage,
    { name, rest }: { name: string; rest: string | null },
  ): Promise<Judgement> {
    if (!isAt(req, address.hostOf(name))) return say(misdirected(address.hostOf(name)));
    if (isForeign(req, address.originOf(name))) return say(foreign);
    const refusal = refusalOf(req);
    if (refusal) return say(refusal);
    const admission = await deps.admissionOf(req, name);
    switch (admission.kind) {
      case 'stranger':
        return say(whyStranger(name, rest));
      case 'held_up':
        return say(admission.said);
      case 'admitted':
        if (rest === null) return { kind: 'lead', to: pathOf(name), headers: {} };
        if (isSpentQuery(rest)) return { kind: 'lead', to: `${pathOf(name)}lab`, headers: {} };
        return { kind: 'forward', route: admission.route, rest };
      default:
        return unreachable(admission);
    }
  }

  const isAt = (req: IncomingMessage, host: string) => address.plainHost(req.headers.host) === host;

  return async (req) => {
    const target = parseTarget(req.url ?? '');
    switch (target.kind) {
      case 'front':
        return say(isAt(req, address.host) ? front : misdirected(address.host));
      case 'link':
        return open(req, target.signed);
      case 'leave':
        return leave(req, target.name);
      case 'session':
        return enter(req, target);
      case 'nowhere':
        return say(isAt(req, address.host) ? nowhere : misdirected(address.host));
      case 'unreadable':
        return say(refused(400));
      case 'too_long':
        return say(refused(414));
      default:
        return unreachable(target);
    }
  };
}

const passedOn = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const lengthKnown = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/**
 * TRACE would show the token. What `Connection` names is taken off, and without these two a body
 * would be read as the next request. With the others a body of unknown length is passed on by no two
 * servers alike, and what one takes for a body is a request of its own to the next.
 */
function refusalOf(req: IncomingMessage): Said | null {
  const { method = '', headers } = req;
  if (!passedOn.has(method)) return refused(405);
  if (nominatedBy(req).some((name) => framing.has(name))) return unframed;
  if (lengthKnown.has(method) && headers['transfer-encoding'] !== undefined) return refused(411);
  return null;
}

/**
 * Whether a page of another origin made the request. Jupyter asks for no proof of its own where a
 * token comes along, and ours always does, so this is all that keeps such a page out.
 */
function isForeign(req: IncomingMessage, ownOrigin: string): boolean {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode, upgrade } = req.headers;
  const isReading = (req.method === 'GET' || req.method === 'HEAD') && upgrade === undefined;
  if (!isReading && origin !== undefined && origin !== ownOrigin) return true;
  // A link on another page may lead here; all else it may not.
  return (site === 'cross-site' || site === 'same-site') && !(isReading && mode === 'navigate');
}

/** Browsers say so of what is no step of their reader's; others say nothing. */
function isScripted({ headers }: IncomingMessage): boolean {
  const { 'sec-fetch-mode': mode = 'navigate', 'sec-fetch-dest': dest = 'document' } = headers;
  return mode !== 'navigate' || dest !== 'document';
}

function isSpentQuery(rest: string): boolean {
  return rest === spentQueries.used || rest === spentQueries.expired;
}

/** Somebody who followed a link is told about the link. */
function whyStranger(name: string, rest: string | null): Said {
  if (rest === spentQueries.used) return spent(name, 'used');
  if (rest === spentQueries.expired) return spent(name, 'expired');
  return stranger(name);
}
