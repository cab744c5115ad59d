import { readdir, readFile } from 'node:fs/promises';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { expect, it } from 'vitest';
import * as access from '../../db/schema/access.ts';
import * as events from '../../db/schema/events.ts';
import * as fleet from '../../db/schema/fleet.ts';
import * as inbox from '../../db/schema/inbox.ts';
import * as ledger from '../../db/schema/ledger.ts';
import * as people from '../../db/schema/people.ts';
import * as sessions from '../../db/schema/sessions.ts';

const folder = 'db/migrations/meta';

it('the migrations make the tables of the schema, each constraint and index by its name', async () => {
  const snapshots = (await readdir(folder)).filter((name) => name.endsWith('_snapshot.json'));
  const latest = snapshots.toSorted().at(-1) ?? '';
  const migrated = JSON.parse(await readFile(`${folder}/${latest}`, 'utf8'));
  const schema = { ...access, ...events, ...fleet, ...inbox, ...ledger, ...people, ...sessions };
  const missing = await generateMigration(migrated, generateDrizzleJson(schema, migrated.id));
  expect(missing).toEqual([]);
});
