import type { Change } from '../../core/change.ts';
import { type ChangeOf, type Context, writersOf } from './context.ts';
import { deviceChanges } from './devices.ts';
import { leaseChanges } from './leases.ts';
import { ledgerChanges } from './ledger.ts';
import { noticeChanges } from './notices.ts';
import { peopleChanges } from './people.ts';
import { requestChanges } from './requests.ts';

const writers = writersOf<Change['kind']>({
  ...deviceChanges,
  ...leaseChanges,
  ...ledgerChanges,
  ...noticeChanges,
  ...peopleChanges,
  ...requestChanges,
});

/** Writes one change: the only place that does. A guard that finds another state breaks it off. */
export function apply<K extends Change['kind']>(
  context: Context,
  change: ChangeOf<K>,
): Promise<void> {
  return writers[change.kind as K](context, change);
}
