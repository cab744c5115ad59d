import { isClaimed } from './actions/claim.ts';
import { unreachable } from './assert.ts';
import type { EndReason } from './end-reason.ts';
import type { Lease, Session } from './entity.ts';
import type { Policy } from './policy.ts';
import type { ObservedContainer, SshAddress } from './ports.ts';

/** An unended session whose lease has devices on the host. */
export type RecordedSession = {
  session: Session;
  lease: Lease;
  /** Ids of the SSH keys that its holder has now. */
  keyIds: readonly string[];
};

/** Recorded state around one look at a host. */
export type Sighting = {
  /** Loaded before the look: a session that is not running in it may be newer than the look. */
  before: readonly RecordedSession[];
  observed: readonly ObservedContainer[] | 'unreachable';
  /** Loaded after the look: a container that belongs to none of these belongs to nobody. */
  after: readonly RecordedSession[];
  /** When the host had last answered before this look; null: never. */
  seenAt: Date | null;
  now: Date;
};

export type Step =
  | { kind: 'start'; sessionId: string }
  | { kind: 'stop'; sessionId: string }
  /** A container that no unended session has. */
  | { kind: 'remove'; sessionId: string }
  | {
      kind: 'end';
      sessionId: string;
      from: 'requested' | 'starting' | 'running';
      reason: EndReason;
      at: Date;
      faultDetail: string | null;
    }
  | { kind: 'pause'; sessionId: string; at: Date }
  | { kind: 'resume'; sessionId: string; url: string; ssh: SshAddress | null }
  /** Its holder has other SSH keys than it was told. */
  | { kind: 'admit_keys'; sessionId: string };

/** What must happen so that what is observed becomes what is recorded. */
export function plan(sighting: Sighting, policy: Policy): Step[] {
  const { observed, before, after } = sighting;
  const ran = before.filter(({ session }) => session.state === 'running');
  const known = new Set(ran.map(({ session }) => session.id));
  const recorded = after.map((record): Step[] => {
    const { session } = record;
    switch (session.state) {
      case 'requested':
      case 'starting':
        return planStart(record, sighting, policy);
      case 'running':
        if (observed === 'unreachable') return planSilence(record, sighting, policy);
        return known.has(session.id) ? planRunning(record, observed, sighting) : [];
      case 'stopping':
        return isClaimed(session, sighting.now) ? [] : [{ kind: 'stop', sessionId: session.id }];
      case 'ended':
        return [];
      default:
        return unreachable(session.state);
    }
  });
  return [...recorded.flat(), ...planOrphans(sighting)];
}

function planStart(
  { session, lease }: RecordedSession,
  sighting: Sighting,
  policy: Policy,
): Step[] {
  const { now, observed } = sighting;
  const { id: sessionId, state: from } = session;
  if (from !== 'requested' && from !== 'starting') return [];
  const late = lease.activeAt !== null && isPast(lease.activeAt, policy.startDeadlineSeconds, now);
  if (late) {
    const minutes = Math.round(policy.startDeadlineSeconds / 6) / 10;
    const faultDetail = `it was not ready after ${minutes} minutes`;
    return [{ kind: 'end', sessionId, from, reason: 'start_failed', at: now, faultDetail }];
  }
  if (isClaimed(session, now) || observed === 'unreachable') return [];
  return [{ kind: 'start', sessionId }];
}

function planRunning(
  { session, keyIds }: RecordedSession,
  observed: readonly ObservedContainer[],
  sighting: Sighting,
): Step[] {
  const sessionId = session.id;
  const container = observed.find((candidate) => candidate.sessionId === sessionId);
  if (container?.state === 'running') {
    const resumed = planAnswering(session, container);
    return resumed ? [resumed] : planKeys({ session, keyIds }, sighting.now);
  }
  const end = { kind: 'end' as const, sessionId, from: 'running' as const };
  const at = endedAt(container?.finishedAt ?? null, sighting);
  if (container?.outOfMemory) return [{ ...end, reason: 'out_of_memory', at, faultDetail: null }];
  const faultDetail = container
    ? `exit code ${container.exitCode ?? 'unknown'}`
    : 'the container was removed';
  return [{ ...end, reason: 'exited', at, faultDetail }];
}

/** It answers after a silence, or at another address than before. */
function planAnswering(session: Session, container: ObservedContainer): Step | null {
  const url = container.url ?? session.url;
  const ssh = container.ssh ?? session.ssh;
  const isMoved = url !== session.url || ssh?.port !== session.ssh?.port;
  if (url === null || !(isMoved || session.readySince === null)) return null;
  return { kind: 'resume', sessionId: session.id, url, ssh };
}

function planKeys({ session, keyIds }: Pick<RecordedSession, 'session' | 'keyIds'>, now: Date) {
  const isTold = session.ssh === null || keyIds.join() === session.keyIds?.join();
  if (isTold || isClaimed(session, now)) return [];
  return [{ kind: 'admit_keys', sessionId: session.id } as const];
}

/**
 * When a container ended: by its host's clock, which may be wrong, so no earlier than the last look
 * and no later than this one. What nobody saw is not charged.
 */
function endedAt(finishedAt: Date | null, { seenAt, now }: Sighting): Date {
  if (seenAt === null) return now;
  const between = Math.max(seenAt.getTime(), finishedAt?.getTime() ?? 0);
  return new Date(Math.min(between, now.getTime()));
}

function planSilence({ session }: RecordedSession, sighting: Sighting, policy: Policy): Step[] {
  const { now } = sighting;
  const at = sighting.seenAt ?? now;
  const sessionId = session.id;
  if (isPast(at, policy.hostLostSeconds, now)) {
    const end = { kind: 'end' as const, sessionId, from: 'running' as const };
    return [{ ...end, reason: 'host_lost', at, faultDetail: null }];
  }
  const isSilent = isPast(at, policy.hostSilentSeconds, now);
  return isSilent && session.readySince !== null ? [{ kind: 'pause', sessionId, at }] : [];
}

function planOrphans({ observed, after }: Sighting): Step[] {
  if (observed === 'unreachable') return [];
  const owned = new Set(after.map(({ session }) => session.id));
  const orphans = new Set(
    observed.map(({ sessionId }) => sessionId).filter((sessionId) => !owned.has(sessionId)),
  );
  return [...orphans].map((sessionId) => ({ kind: 'remove', sessionId }));
}

function isPast(from: Date, seconds: number, now: Date): boolean {
  return now.getTime() - from.getTime() > seconds * 1000;
}
