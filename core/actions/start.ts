import { accept, action, type Decision, type Moment, refuse } from '../action.ts';
import { assert } from '../assert.ts';
import type { Account, Channel, Lease, Session } from '../entity.ts';
import type { Ticks } from '../money.ts';
import type { Image } from '../ports.ts';
import { candidateNames } from '../session-name.ts';
import { planStart, type StartAsked } from '../start-plan.ts';
import { placeLease } from './promote.ts';

export type StartInput = StartAsked & {
  personId: string;
  /** In whose name: its limits hold. */
  teamId: string;
  image: Image;
  /** Whether the image checks itself first. */
  check: boolean;
  channel: Channel;
};

export type StartResult = {
  sessionId: string;
  name: string;
  /** Null while it waits in line. */
  hostId: string | null;
};

/** Holds the credits for the whole lease, and gives it its devices or a place in the line. */
export const start = action({
  name: 'start',
  needs: ({ personId, teamId, own }: StartInput, { eventId, now }) => ({
    fleet: { withLine: false },
    payer: { personId, teamId, own },
    spending: { of: { personId, teamId }, at: now },
    takenNames: candidateNames(eventId),
  }),
  decide: (facts, input, moment): Decision<StartResult> => {
    const { fleet, payer, spending } = facts;
    assert(payer, 'the person who asks has an account to pay from');
    const plan = planStart({ fleet, payer, spending }, input, moment);
    if ('refusal' in plan) return refuse(plan.refusal);
    const { held, ticksPerSecond, placement } = plan;
    const lease = newLease(input, payer.account, { ticksPerSecond, moment });
    const session = newSession(input, lease, { taken: facts.takenNames, moment });
    const ids = { leaseId: lease.id, sessionId: session.id };
    return accept<StartResult>(
      { sessionId: session.id, name: session.name, hostId: placement?.hostId ?? null },
      { kind: 'add_lease', lease, holdId: moment.newId(), held },
      { kind: 'add_session', session },
      ...(placement
        ? placeLease(
            { ...placement, queued: { ...placement.queued, ...ids, ticksPerSecond } },
            moment,
          )
        : []),
      { kind: 'notify', notice: 'session_changed', sessionId: session.id },
    );
  },
});

function newLease(
  input: StartInput,
  account: Account,
  { ticksPerSecond, moment }: { ticksPerSecond: Ticks; moment: Moment },
): Lease {
  return {
    id: moment.newId(),
    personId: input.personId,
    teamId: input.teamId,
    accountId: account.id,
    deviceType: input.deviceType,
    deviceCount: input.deviceCount,
    leaseSeconds: input.leaseSeconds,
    ticksPerSecond,
    state: 'queued',
    requestedAt: moment.now,
    activeAt: null,
    until: null,
    endedAt: null,
    endReason: null,
  };
}

/** A session has the id of the event that began it, so its names can be looked up beforehand. */
function newSession(
  input: StartInput,
  lease: Lease,
  { taken, moment }: { taken: readonly string[]; moment: Moment },
): Session {
  const id = moment.eventId;
  const name = candidateNames(id).find((candidate) => !taken.includes(candidate));
  assert(name, 'a name of its own is left for every session');
  return {
    id,
    leaseId: lease.id,
    name,
    state: 'requested',
    image: input.image,
    channel: input.channel,
    token: moment.newSecret(),
    hostId: null,
    containerId: null,
    url: null,
    ssh: null,
    keyIds: null,
    check: input.check,
    verdict: null,
    progress: null,
    claimToken: null,
    claimUntil: null,
    readySince: null,
    readyMillis: 0,
    warnedSeconds: null,
    faultDetail: null,
  };
}
