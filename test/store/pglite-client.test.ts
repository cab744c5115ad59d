import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { expect, it } from 'vitest';
import { createPglite } from '../../db/pglite-client.ts';

const moment = `'2026-03-28 22:30:00.123456+01'`;
const expressions = [
  ...['timestamp', 'timestamptz', 'date', 'time', 'text'].map((type) => `${moment}::${type}`),
  ...['timestamp', 'timestamptz', 'date'].map((type) => `array[${moment}::${type}, null]`),
  `'1 day 2 hours'::interval`,
  `array['1 day'::interval]`,
  'array[1.50::numeric, 2]',
  '1.50::numeric',
  '9007199254740993::bigint',
  'array[1::bigint, 2]',
  `array['a', 'b c']`,
  `'{"at": [1, null]}'::jsonb`,
  'true',
  'null',
];

it('the embedded database reads each type as drizzle does on PGlite as it comes', async () => {
  const [plain, lean] = await Promise.all([PGlite.create(), createPglite({})]);
  const statement = sql.raw(`select ${expressions.map((one, at) => `${one} as c${at}`).join()}`);
  const inTransaction = (client: PGlite) =>
    drizzle(client).transaction((tx) => tx.execute(statement));
  const asItComes = (await drizzle(plain).execute(statement)).rows;
  expect(asItComes).toHaveLength(1);
  expect((await drizzle(lean).execute(statement)).rows).toEqual(asItComes);
  expect((await inTransaction(lean)).rows).toEqual((await inTransaction(plain)).rows);
  await Promise.all([plain.close(), lean.close()]);
});

it('a statement with parsers of its own is read by them', async () => {
  const client = await createPglite({});
  const { rows } = await client.query('select 7 as seven', [], { parsers: { 23: () => 'read' } });
  expect(rows).toEqual([{ seven: 'read' }]);
  await client.close();
});
