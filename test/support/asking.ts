import { request } from '../../core/actions/request.ts';
import {
  type TakenBack,
  takeVoteBack,
  type VoteInput,
  type VoteResult,
  vote,
} from '../../core/actions/vote.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { defaultApproval, noLimits } from '../../core/policy.ts';
import type { GrantRequestView } from '../../core/view.ts';
import { notices } from '../../db/schema/events.ts';
import { as, type Stage } from './stage.ts';
import { accepted, lab, testPolicy } from './world.ts';

export const credits = (amount: number) => BigInt(amount) * ticksPerCredit;
const approval = { ...defaultApproval, quorumAbove: credits(100), takeBackSeconds: 60 };
const { prices, mostLeaseSeconds } = testPolicy;
/** Above 100 credits two approvers must agree. */
export const approvalPolicy = {
  teams: { lab: { prices, mostLeaseSeconds, limits: noLimits, approval } },
};

/** Alice and dora decide; bob and carol ask. */
export async function withSecondApprover({ world }: Stage): Promise<void> {
  const dora = {
    name: 'dora',
    roles: ['admin' as const],
    identities: [{ platform: 'console' as const, externalId: 'dora' }],
  };
  const hosts = [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }];
  await world.store.setUp({ teams: [{ ...lab, people: [...lab.people, dora] }], hosts });
}

/** Asking and voting by name, and what came of it. */
export function createAsking(stage: Stage) {
  const channel = { platform: 'console' as const, channel: 'lab' };
  const ask = async (name: string, amount: number, own = false) => {
    const actor = await stage.world.actorOf(name);
    const all = await stage.world.store.payees();
    const account = all.find(({ kind, personId }) =>
      own ? personId === actor.personId : kind === 'team',
    );
    const input = {
      accountId: account?.accountId ?? '',
      amount: credits(amount),
      reason: 'ablation for the paper',
      channel,
    };
    return as(stage.world, actor)(request, input);
  };
  const asked = async (name: string, amount: number, own = false) => {
    const { requestId } = await accepted(ask(name, amount, own));
    return requestId;
  };
  const cast = async (name: string, requestId: string, input: Partial<VoteInput> = {}) =>
    as(stage.world, await stage.world.actorOf(name))(vote, {
      requestId,
      vote: 'approve',
      by: 'reaction',
      standing: 'member',
      reason: null,
      ...input,
    });
  const voted = async (...asking: Parameters<typeof cast>): Promise<VoteResult['kind']> =>
    (await accepted(cast(...asking))).kind;
  const takenBack = async (
    name: string,
    requestId: string,
    of: VoteInput['vote'] = 'approve',
  ): Promise<TakenBack> => {
    const actor = await stage.world.actorOf(name);
    return accepted(as(stage.world, actor)(takeVoteBack, { requestId, vote: of }));
  };
  const viewOf = async (requestId: string): Promise<GrantRequestView> => {
    const found = await stage.world.store.requestById(requestId);
    if (!found) throw new Error('no such request');
    return found;
  };
  const available = async () => {
    const { account } = await stage.world.store.balanceOf(stage.world.team.accountId);
    return account.posted - account.held;
  };
  /** What somebody is owed to be told, alone. */
  const toldTo = async (name: string) => {
    const { personId } = await stage.world.actorOf(name);
    const rows = await stage.database.db.select().from(notices);
    return rows.filter((row) => row.personId === personId).map(({ kind }) => kind);
  };
  return { ask, asked, cast, voted, takenBack, viewOf, available, toldTo };
}
