import { createSystemClock } from '../../adapters/system/clock.ts';
import { newId } from '../../adapters/system/new-id.ts';
import { start } from '../../core/actions/start.ts';
import type { PersonActor } from '../../core/entity.ts';
import { openPostgres } from '../../db/database.ts';
import { createStore } from '../../db/store.ts';
import { pytorch } from './facts.ts';
import { testPolicy } from './world.ts';

export type StartMany = {
  url: string;
  actor: PersonActor;
  requestKeys: readonly string[];
};

/** A process of its own: asks for all of them at once, and prints what each was told. */
const { url, actor, requestKeys } = JSON.parse(process.argv[2] ?? '') as StartMany;
const database = await openPostgres(url, 20);
const store = createStore(database, {
  clock: createSystemClock(),
  newId,
  newSecret: newId,
  policy: testPolicy,
});
const told = await Promise.all(
  requestKeys.map(async (requestKey): Promise<[string, string]> => {
    const outcome = await store.perform(start, {
      requestKey,
      actor,
      input: {
        personId: actor.personId,
        teamId: actor.teamId,
        own: false,
        deviceType: 'a100',
        deviceCount: 1,
        leaseSeconds: 3600,
        image: pytorch,
        check: false,
        channel: { platform: 'console', channel: 'lab' },
        now: false,
      },
    });
    return [
      requestKey,
      outcome.kind === 'accepted'
        ? `${outcome.result.hostId ? 'requested' : 'queued'} ${outcome.result.sessionId}`
        : outcome.refusal.kind,
    ];
  }),
);
await store.close();
process.stdout.write(JSON.stringify(told));
