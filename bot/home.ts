import type { Asker } from '../core/invocation.ts';
import type { Message } from '../core/message.ts';
import { type Policy, teamPolicyOf } from '../core/policy.ts';
import type { Clock } from '../core/ports.ts';
import type { Store } from '../core/store.ts';
import { ownAccounts } from './commands/accounts.ts';
import { placeIn } from './commands/sessions.ts';
import { renderHome } from './render/home.ts';
import { renderRefusal } from './render/refusal.ts';

/** What one person has, may use and has to decide, on one page for their eyes alone. */
export async function home(
  { store, clock, policy }: { store: Store; clock: Clock; policy: Policy },
  { platform, externalId, channel }: Asker,
): Promise<Message> {
  const person = await store.personOf(platform, externalId, channel);
  if (person === null) return renderRefusal({ kind: 'person_unknown', platform, externalId });
  const { id: personId, teamId, roles } = person;
  const [sessions, fleet, board, payees, keys] = await Promise.all([
    store.livingSessions({ personId }),
    store.fleet(),
    store.board(),
    store.payees(),
    store.sshKeysOf(personId),
  ]);
  const { team, own } = ownAccounts(payees, { personId, teamId });
  const [ofTeam, ofPerson, ...pending] = await Promise.all([
    store.balanceOf(team.accountId),
    store.balanceOf(own.accountId),
    ...own.teamIds.map((id) => store.pendingRequests(id)),
  ]);
  const requests = pending.flat();
  const now = clock.now();
  const { prices, approval } = teamPolicyOf(policy, person.team);
  return renderHome({
    now,
    sessions: sessions.map((session) => {
      return { session, place: placeIn(fleet, session.id, { policy, now }) };
    }),
    balance: { team: ofTeam, own: ofPerson },
    board,
    prices,
    approval,
    keys,
    requests: {
      own: requests.filter((request) => request.personId === personId),
      toDecide: requests.filter(
        (request) =>
          roles.includes('admin') &&
          request.teamId === teamId &&
          request.personId !== personId &&
          !request.approvals.some((given) => given.personId === personId),
      ),
    },
  });
}
