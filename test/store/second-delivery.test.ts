import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../adapters/system/new-id.ts';
import { createCommands } from '../../bot/handle.ts';
import { hashOfToken } from '../../bot/token-hash.ts';
import type { Commands } from '../../core/invocation.ts';
import type { Database } from '../../db/database.ts';
import { databaseKinds } from '../support/databases.ts';
import { chosenPytorch } from '../support/facts.ts';
import { createWorld, type World } from '../support/world.ts';

describe.each(Object.entries(databaseKinds))('a second delivery on %s', (_kind, open) => {
  let database: Database;
  let world: World;
  let commands: Commands;
  beforeAll(async () => {
    database = await open();
    world = await createWorld(database);
    const quiet = () => undefined;
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    const deps = { ...world, log, images: [chosenPytorch], newSecret: newId, wake: quiet };
    commands = createCommands(deps);
  });
  afterAll(() => database.close());

  const bob = {
    platform: 'console',
    externalId: 'bob',
    standing: 'member',
    channel: 'lab',
  } as const;
  const ask = (text: string, requestKey: string) => commands.handle({ ...bob, text, requestKey });

  it('of a stop without a name means the session that the first one stopped', async () => {
    await ask('start a100 1h', 'first');
    const stopped = await ask('stop', 'second');
    const again = await ask('stop', 'second');
    expect([stopped.ok, again.ok]).toEqual([true, true]);
    expect(again.session?.name).toBe(stopped.session?.name);
  });

  it('of a token leaves one token, the one that was shown last', async () => {
    const secretOf = ({ text }: { text: string }) => /dibs_\S+/.exec(text)?.[0] ?? '';
    const lost = secretOf(await ask('token', 'third'));
    const shown = secretOf(await ask('token', 'third'));
    expect(await world.store.personOfToken(hashOfToken(lost))).toBeNull();
    expect(await world.store.personOfToken(hashOfToken(shown))).toMatchObject({ name: 'bob' });
  });
});
