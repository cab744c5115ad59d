import type { FactsFor, FactTable, Needs } from '../../core/action.ts';
import type { Transaction } from '../database.ts';
import { lockFleet, lockHost } from './fleet.ts';
import { lockAccounts, lockPayer, lockTransfer } from './ledger.ts';
import { loadApprovers, lockLinkCode, lockSshKeys } from './people.ts';
import { countPending, lockRequest } from './requests.ts';
import { loadTakenNames, lockSession } from './sessions.ts';
import { loadSpending } from './spending.ts';

/**
 * Loads what an action needs, with row locks, always in this order: hosts, accounts, leases and
 * what belongs to them. The statements are sent one behind the other without waiting, and the
 * server runs them in that order, each with a snapshot of its own: values are read after the lock.
 */
export async function loadFacts<N extends Needs>(
  tx: Transaction,
  needs: N,
  now: Date,
): Promise<FactsFor<N>> {
  const { host, fleet, payer, accounts, transfer, request, session } = needs;
  const { spending, approvers, pendingRequests, sshKeys, linkCode, takenNames } = needs;
  const loading: { [K in keyof FactTable]?: Promise<FactTable[K]['fact']> } = {
    ...(host && { host: lockHost(tx, host.hostId) }),
    ...(fleet && { fleet: lockFleet(tx, fleet) }),
    ...(payer && { payer: lockPayer(tx, payer) }),
    ...(accounts && { accounts: lockAccounts(tx, accounts) }),
    ...(transfer && { transfer: lockTransfer(tx, transfer) }),
    ...(request && { request: lockRequest(tx, request.requestId) }),
    ...(session && { session: lockSession(tx, session.sessionId) }),
    ...(spending && { spending: loadSpending(tx, spending) }),
    ...(approvers && { approvers: loadApprovers(tx, approvers.teamId) }),
    ...(pendingRequests && { pendingRequests: countPending(tx, pendingRequests.personId) }),
    ...(sshKeys && { sshKeys: lockSshKeys(tx, sshKeys) }),
    ...(linkCode && { linkCode: lockLinkCode(tx, linkCode, now) }),
    ...(takenNames && { takenNames: loadTakenNames(tx, takenNames) }),
  };
  const facts = await Promise.all(Object.values(loading));
  const names = Object.keys(loading);
  return Object.fromEntries(names.map((name, at) => [name, facts[at]])) as FactsFor<N>;
}
