import { isDeepStrictEqual } from 'node:util';
import type { Action, Needs, Outcome, Request } from '../../../core/action.ts';
import type { Actor } from '../../../core/entity.ts';
import type { Store } from '../../../core/store.ts';

/** One asking, however often it is delivered. */
export type Delivery = {
  requestKey: string;
  action: string;
  asker: Actor['kind'];
  /** What it was answered; null: the connection broke before anybody heard. */
  outcome: Outcome<unknown> | null;
  again(store: Store): Promise<Outcome<unknown>>;
  /** Another input under the same key. */
  withOther(store: Store): Promise<Outcome<unknown>>;
};

/** All that was ever asked for, with its one answer. */
export function createDeliveries() {
  const all = new Map<string, Delivery>();
  /** Of those that were answered, in that order. */
  const keys: string[] = [];
  /** Those asked for since somebody compared them with what is recorded. */
  const fresh = new Set<string>();
  const broken: string[] = [];
  const refusals = new Set<string>();
  let count = 0;

  /** The same key is the same asking: it is answered as it was before. Null: unknown. */
  async function deliver<Input, Result, N extends Needs>(
    stores: readonly Store[],
    action: Action<Input, Result, N>,
    request: Request<Input>,
  ): Promise<Outcome<Result> | null> {
    const { requestKey } = request;
    const delivery: Delivery = all.get(requestKey) ?? {
      requestKey,
      action: action.name,
      asker: request.actor.kind,
      outcome: null,
      again: (store) => store.perform(action, request),
      withOther: (store) =>
        store.perform(action, { ...request, input: { ...request.input, other: true } }),
    };
    all.set(requestKey, delivery);
    fresh.add(requestKey);
    const outcomes = await Promise.all(stores.map((store) => answer(delivery, store)));
    const known = outcomes.find((outcome) => outcome !== null) ?? null;
    return known as Outcome<Result> | null;
  }

  async function answer(delivery: Delivery, store: Store): Promise<Outcome<unknown> | null> {
    count += 1;
    const outcome = await unlessLost(() => delivery.again(store));
    if (outcome === null) return null;
    if (outcome.kind === 'refused') refusals.add(outcome.refusal.kind);
    const { action, requestKey } = delivery;
    if (!isKept(delivery, outcome)) {
      if (delivery.outcome === null) all.delete(requestKey);
      return outcome;
    }
    if (delivery.outcome !== null && !isDeepStrictEqual(delivery.outcome, outcome))
      broken.push(`${action} ${requestKey} was answered in two ways`);
    if (delivery.outcome === null) keys.push(requestKey);
    delivery.outcome ??= outcome;
    return outcome;
  }

  /** Another input under a key that was used. Null: unknown. */
  function reuse(delivery: Delivery, store: Store): Promise<Outcome<unknown> | null> {
    count += 1;
    return unlessLost(() => delivery.withOther(store));
  }

  /** Delivers anew what nobody heard the answer to. */
  async function settle(store: Store): Promise<void> {
    for (const key of fresh) {
      const delivery = all.get(key);
      if (delivery?.outcome === null) await answer(delivery, store);
    }
  }

  return { all, keys, fresh, broken, refusals, count: () => count, deliver, answer, reuse, settle };
}

/** What the system is refused, and what strangers want, is not kept and may be asked for anew. */
function isKept({ asker }: Delivery, { kind }: Outcome<unknown>): boolean {
  return asker === 'person' || (asker === 'system' && kind === 'accepted');
}

/** Null where the connection broke: what was asked for is done or not done, and nobody knows. */
export async function unlessLost<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (isLost(error) || (error instanceof Error && isLost(error.cause))) return null;
    throw error;
  }
}

/** The driver's own codes, and Postgres's for a session that an administrator ended. */
const lost = [
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ECONNRESET',
  'EPIPE',
  '57P01',
];

function isLost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && lost.includes(String(error.code));
}
