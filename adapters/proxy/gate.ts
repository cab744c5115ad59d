import type { IncomingMessage } from 'node:http';
import type { Route } from '../../core/access.ts';
import { unreachable } from '../../core/assert.ts';
import { type Address, pathOf } from './address.ts';
import type { Admission } from './admission.ts';
import { isForeign } from './foreign.ts';
import { type Links, spentQueries } from './links.ts';
import {
  foreign,
  forged,
  front,
  misdirected,
  nowhere,
  refused,
  type Said,
  spent,
  stranger,
} from './said.ts';
import type { Signatures } from './signatures.ts';
import { parseTarget } from './target.ts';

export type Verdict =
  | { kind: 'said'; said: Said }
  | { kind: 'lead'; to: string; cookie: string | null }
  /** `rest`: what is asked of the session, below its path. */
  | { kind: 'forward'; route: Route; rest: string };

/** Whether a request is passed on, and if not, what is said. */
export type Gate = (req: IncomingMessage) => Promise<Verdict>;

export function createGate(deps: {
  address: Address;
  admissionOf(req: IncomingMessage, name: string): Promise<Admission>;
  links: Links;
  signatures: Signatures;
}): Gate {
  const { address } = deps;
  const say = (said: Said): Verdict => ({ kind: 'said', said });

  async function open(req: IncomingMessage, signed: string): Promise<Verdict> {
    const pass = await deps.signatures.read('link', signed);
    if (pass === null) return say(forged);
    if (!isAt(req, address.hostOf(pass.name))) return say(misdirected(address.hostOf(pass.name)));
    if (req.method === 'GET' || req.method === 'HEAD') return deps.links.look(pass);
    if (req.method !== 'POST') return say(refused(405));
    // Else a page elsewhere could lead its reader into somebody else's session.
    if (isForeign(req, address.originOf(pass.name))) return say(foreign);
    return deps.links.follow(pass);
  }

  async function enter(
    req: IncomingMessage,
    { name, rest }: { name: string; rest: string | null },
  ): Promise<Verdict> {
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
        if (rest === null) return { kind: 'lead', to: pathOf(name), cookie: null };
        if (isSpentQuery(rest)) return { kind: 'lead', to: `${pathOf(name)}lab`, cookie: null };
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
 * TRACE would show the token. With the others a body of unknown length is passed on by no two
 * servers alike, and what one takes for a body is a request of its own to the next.
 */
function refusalOf({ method = '', headers }: IncomingMessage): Said | null {
  if (!passedOn.has(method)) return refused(405);
  if (lengthKnown.has(method) && headers['transfer-encoding'] !== undefined) return refused(411);
  return null;
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
