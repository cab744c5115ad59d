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
});
