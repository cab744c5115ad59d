import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { meet } from '../support/meeting.ts';
import { onPostgres } from '../support/stage.ts';
import { askStart, lab } from '../support/world.ts';

const site = { teams: [lab], hosts: [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }] };

onPostgres('a set-up beside a process that goes on', {}, (stage) => {
  it('waits for a start and lets it end, instead of each for the other', async () => {
    const { world, database } = stage;
    const [started, again] = await meet<unknown>(database, sql`select from hosts for update`, [
      () => askStart(world, 'bob'),
      () => world.store.setUp(site),
    ]);
    expect(started).toMatchObject({ kind: 'accepted' });
    expect(again).toMatchObject({ hosts: [{ name: 'gpu-1' }] });
  });

  it('waits for another set-up, so that two newcomers never get one name', async () => {
    const { world, database } = stage;
    const { store } = world;
    const joined = ['U1', 'U2'].map((externalId) => {
      return { platform: 'slack' as const, externalId, handle: 'dora', roles: [], knownByName: [] };
    });
    await meet<unknown>(
      database,
      sql`select from hosts for update`,
      // Each process has seen one of them join.
      joined.map(
        (newcomer) => () => store.setUp({ ...site, teams: [{ ...lab, joined: [newcomer] }] }),
      ),
    );
    await store.setUp({ ...site, teams: [{ ...lab, joined }] });
    const people = await Promise.all(['U1', 'U2'].map((id) => store.personOf('slack', id, '')));
    expect(people.map((person) => person?.name).sort()).toEqual(['dora', 'dora-2']);
  });
});
