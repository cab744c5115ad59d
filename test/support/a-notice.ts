import type { NoticeKind } from '../../core/change.ts';
import type { Notice, TransferView } from '../../core/view.ts';
import { noon } from './world.ts';

/** To bob, where it is to one alone; tried for the first time. */
export function aNotice(kind: NoticeKind, facts: Partial<Notice> = {}): Notice {
  return {
    id: `notice:${kind}`,
    kind,
    platform: 'console',
    about: 'about-1',
    to: kind === 'request_changed' ? null : { kind: 'person', personId: 'bob' },
    news: null,
    attempts: 1,
    revision: 0,
    ...facts,
  };
}

/** Three credits that alice gave bob. */
export function aTransfer(facts: Partial<TransferView> = {}): TransferView {
  return {
    id: 'transfer-1',
    number: 3,
    kind: 'give',
    fromAccountId: 'account-alice',
    toAccountId: 'account-bob',
    amount: 10_800_000n,
    reason: 'thanks',
    at: noon,
    from: 'alice',
    to: 'bob',
    actor: 'alice',
    ...facts,
  };
}
