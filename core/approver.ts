import { assert } from './assert.ts';
import type { Actor, OwnedAccount } from './entity.ts';
import type { Ticks } from './money.ts';
import { type Policy, teamPolicyOf } from './policy.ts';
import type { Refusal } from './refusal.ts';

/**
 * Why this actor may not change this balance by hand. Admins decide on their team's account and on
 * those of its members, but nobody on their own, and above the team's quorum nobody alone.
 */
export function refuseCredits(
  { account, amount }: { account: OwnedAccount; amount: Ticks },
  actor: Actor,
  policy: Policy,
): Refusal | null {
  if (actor.kind === 'system') return null;
  assert(actor.kind === 'person', 'a stranger moves no credits');
  const decides = actor.roles.includes('admin') && account.teamIds.includes(actor.teamId);
  if (!decides) return { kind: 'not_allowed', needs: 'admin', holder: null };
  if (account.personId === actor.personId) return { kind: 'own_credits' };
  const { quorumAbove } = teamPolicyOf(policy, actor.team).approval;
  if (quorumAbove !== null && amount > quorumAbove)
    return { kind: 'quorum_needed', above: quorumAbove };
  return null;
}

/** What is held is not there to be given away or taken back. */
export function refuseUnavailable(
  { name, posted, held }: OwnedAccount,
  needed: Ticks,
): Refusal | null {
  const available = posted - held;
  if (needed <= available) return null;
  return { kind: 'too_little_available', account: name, needed, available };
}
