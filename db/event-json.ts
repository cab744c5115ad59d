import { z } from 'zod';
import type { EventActor, EventFacts, EventInput, EventView } from '../core/audit.ts';
import { spendingPeriods } from '../core/policy.ts';
import type { Refusal } from '../core/refusal.ts';
import { statesOf } from '../core/state.ts';

/**
 * What the JSON of an event may show. What is not named here is not shown, so that a token or a
 * code in an action's input stays where it is; what an earlier version wrote otherwise is left out.
 */
const text = z.string().optional().catch(undefined);
const count = z.number().optional().catch(undefined);
const ticks = z.bigint().optional().catch(undefined);
const nullableText = z.string().nullable().default(null).catch(null);

export const eventActor: z.ZodType<EventActor> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('person'),
    personId: z.string(),
    name: z.string(),
    team: nullableText,
    platform: nullableText,
    channel: nullableText,
  }),
  z.object({
    kind: z.literal('stranger'),
    platform: z.enum(['console', 'slack', 'discord', 'api']),
    externalId: z.string(),
  }),
  z.object({ kind: z.literal('system'), name: z.string() }),
]);

export const eventInput: z.ZodType<EventInput> = z.object({
  deviceType: text,
  deviceCount: count,
  leaseSeconds: count,
  addedSeconds: count,
  own: z.boolean().optional().catch(undefined),
  amount: ticks,
  carryOver: ticks,
  period: text,
  reason: text,
  number: count,
  vote: z.enum(['approve', 'deny']).optional().catch(undefined),
  by: z.enum(['reaction', 'command']).optional().catch(undefined),
  step: text,
  fingerprint: text,
});

const account = z.object({
  name: z.string(),
  posted: z.bigint(),
  held: z.bigint(),
  teamIds: z.array(z.string()).optional(),
});
const period = z.object({ charged: z.bigint(), until: z.date() });
const request = z.object({
  state: z.enum(statesOf('grant_request')),
  amount: z.bigint(),
  reason: z.string(),
  approvalsNeeded: z.number(),
});
const transfer = z.object({
  number: z.number(),
  kind: z.string(),
  amount: z.bigint(),
  reason: z.string(),
});
const approvals = z.array(z.object({ personId: z.string(), at: z.date() }));

const facts = z.object({
  payer: z.object({ account }).nullish(),
  accounts: z.array(account).nullish(),
  transfer: z.object({ transfer, account }).nullish(),
  request: z.object({ request, account, approvals }).nullish(),
  spending: z
    .object({
      held: z.bigint(),
      personDevices: z.number(),
      teamDevices: z.number(),
      periods: z.record(z.enum(spendingPeriods), period),
    })
    .optional(),
  approvers: z.array(z.string()).optional(),
  pendingRequests: z.number().optional(),
});

/** As that team may see them: what somebody of another has, who gives or is given, is not shown. */
export function eventFactsFor(teamId: string): z.ZodType<EventFacts> {
  return facts
    .transform(({ payer, accounts, transfer: taken, request: asked, ...others }): EventFacts => {
      const all = [payer?.account, ...(accounts ?? []), taken?.account, asked?.account];
      const shown = all.filter((owner) => owner?.teamIds?.includes(teamId) ?? true);
      return {
        accounts: shown
          .filter((owner) => owner !== undefined)
          .map(({ name, posted, held }) => ({ name, posted, held })),
        transfer: taken?.transfer,
        request: asked ? { ...asked.request, approvals: asked.approvals } : undefined,
        ...others,
      };
    })
    .catch({});
}

const result = z.object({ kind: text, name: text, expired: ticks, fingerprint: text });

export const eventOutcome: z.ZodType<EventView['outcome']> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('accepted'),
    // Some actions have a word for a result, and some have none.
    result: z.union([z.string().transform((kind) => ({ kind })), result]).catch({}),
  }),
  z.object({
    kind: z.literal('refused'),
    refusal: z.custom<Refusal>((given) => typeof given === 'object' && given !== null),
  }),
]);
