import type { SessionActivity } from '../../core/access.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import { createLoop, type Loop } from './loop.ts';

type Deps = {
  store: Pick<Store, 'noteActivity'>;
  clock: Clock;
  log: Log;
  /** Of this process, for its life. */
  processId: string;
  /** What its proxy counted since it was last asked. */
  activity: () => readonly SessionActivity[];
};

const everyMillis = 10_000;

/** Records who is in which session, for whoever wants to know whether it rests. */
export function createActivityLoop({ store, processId, activity, ...deps }: Deps): Loop {
  /** What could not be written is told with the next turn; later news takes its place. */
  const untold = new Map<string, SessionActivity>();
  return createLoop({
    ...deps,
    name: 'activity',
    everyMillis,
    async runOnce() {
      for (const seen of activity()) untold.set(seen.sessionId, seen);
      await store.noteActivity(processId, [...untold.values()]);
      untold.clear();
    },
  });
}
