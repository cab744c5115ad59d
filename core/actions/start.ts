import { accept, action, type Decision, type Fleet, type Moment, refuse } from '../action.ts';
import { assert } from '../assert.ts';
import { typeMatches } from '../device-type.ts';
import type { Account, Channel, Lease, Session } from '../entity.ts';
import { refuseDeviceCount, refuseSpending } from '../limits.ts';
import { cost, secondsFor, type Ticks } from '../money.ts';
import { dearestPrice, priceOf, sortedTypes, type TeamPolicy, teamPolicyOf } from '../policy.ts';
import type { Image } from '../ports.ts';
import { estimateStart, isOffering, mostTogether, planQueue, type QueuedLease } from '../queue.ts';
import type { Refusal } from '../refusal.ts';
import { candidateNames } from '../session-name.ts';
import { placeLease } from './promote.ts';

export type StartInput = {
  personId: string;
  /** In whose name: its limits hold. */
  teamId: string;
  /** The person's own account pays, and not the team's. */
  own: boolean;
  deviceType: string;
  deviceCount: number;
  leaseSeconds: number;
  image: Image;
  channel: Channel;
  /** Refuse instead of waiting in line. */
  now: boolean;
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
    assert(facts.payer, 'the person who asks has an account to pay from');
    const { account, person } = facts.payer;
    const team = teamPolicyOf(moment.policy, person.team);
    const fleet = offeringFleet(facts.fleet, moment);
    const refusal =
      refuseLength(input, moment, team) ??
      refuseDevices(facts.fleet, input) ??
      refuseDeviceCount(input.deviceCount, facts.spending, team.limits);
    if (refusal) return refuse(refusal);

    const types = offeredTypes(facts.fleet.hosts);
    const ticksAtMost = dearestPrice(team.prices, input.deviceType, types);
    const dearest = newLease(input, account, { ticksPerSecond: ticksAtMost, moment });
    const queued: QueuedLease = {
      ...dearest,
      leaseId: dearest.id,
      sessionId: moment.eventId,
      team: person.team,
    };
    const queue = [...fleet.queue, queued];
    const placement = planQueue(queue, fleet.hosts, moment.policy).find(
      (candidate) => candidate.queued === queued,
    );
    // What it gets now has its own price; what it may get later is held for at the dearest.
    const ticksPerSecond = placement
      ? priceOf(team.prices, placement.devices[0]?.type ?? input.deviceType)
      : dearest.ticksPerSecond;
    const lease = { ...dearest, ticksPerSecond };
    const held = cost(lease.deviceCount, lease.leaseSeconds, lease.ticksPerSecond);
    // One's own credits are spent without a limit.
    const over = input.own ? null : refuseSpending(held, facts.spending, team.limits);
    const short = over ?? refuseBalance(lease, account);
    if (short) return refuse(short);
    if (placement === undefined) {
      const line = { ...fleet, queue };
      if (input.now) return refuse(noneFree(input, estimateStart(line, moment.now, moment.policy)));
      const limit = moment.policy.queueLimit;
      if (queue.length > limit) return refuse({ kind: 'queue_full', limit });
    }
    const session = newSession(input, lease, { taken: facts.takenNames, moment });
    return accept<StartResult>(
      { sessionId: session.id, name: session.name, hostId: placement?.hostId ?? null },
      { kind: 'add_lease', lease, holdId: moment.newId(), held },
      { kind: 'add_session', session },
      ...(placement
        ? placeLease({ ...placement, queued: { ...queued, ticksPerSecond } }, moment)
        : []),
      { kind: 'notify', notice: 'session_changed', sessionId: session.id },
    );
  },
});

function offeringFleet(fleet: Fleet, { now, policy }: Moment): Fleet {
  return { ...fleet, hosts: fleet.hosts.filter((host) => isOffering(host, now, policy)) };
}

function refuseLength(
  { leaseSeconds }: StartInput,
  { policy: { leastLeaseSeconds: leastSeconds } }: Moment,
  { mostLeaseSeconds: mostSeconds }: TeamPolicy,
): Refusal | null {
  const askedSeconds = leaseSeconds;
  if (askedSeconds < leastSeconds) return { kind: 'lease_too_short', askedSeconds, leastSeconds };
  if (askedSeconds > mostSeconds) return { kind: 'lease_too_long', askedSeconds, mostSeconds };
  return null;
}

/** A busy, drained or silent host is waited for; only what no host could ever give is refused. */
function refuseDevices({ hosts }: Fleet, input: StartInput): Refusal | null {
  const { deviceType, deviceCount } = input;
  const offered = offeredTypes(hosts);
  if (offered.length === 0) return { kind: 'no_hosts_yet' };
  if (!offered.some((type) => typeMatches(deviceType, type)))
    return { kind: 'unknown_device_type', typed: deviceType, offered };
  const most = mostTogether(hosts, deviceType);
  return deviceCount <= most
    ? null
    : { kind: 'too_many_devices', asked: deviceCount, deviceType, most };
}

function refuseBalance(
  { deviceCount, leaseSeconds, ticksPerSecond }: Lease,
  account: Account,
): Refusal | null {
  const needed = cost(deviceCount, leaseSeconds, ticksPerSecond);
  const available = account.posted - account.held;
  if (needed <= available) return null;
  const reachesSeconds = secondsFor(available, deviceCount, ticksPerSecond);
  return { kind: 'short_balance', account: account.name, needed, available, reachesSeconds };
}

function noneFree({ deviceType, deviceCount }: StartInput, estimatedAt: Date | null): Refusal {
  return { kind: 'none_free', deviceType, deviceCount, estimatedAt };
}

function offeredTypes(hosts: Fleet['hosts']): string[] {
  const devices = hosts.flatMap((host) => host.devices);
  return sortedTypes(devices.filter(({ state }) => state === 'offered').map(({ type }) => type));
}

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
    progress: null,
    claimToken: null,
    claimUntil: null,
    readySince: null,
    readyMillis: 0,
    warnedSeconds: null,
    faultDetail: null,
  };
}
