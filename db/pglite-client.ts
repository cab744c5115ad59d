import { PGlite, types } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';

type Options = { dataDir?: string; loadDataDir?: Blob };

const asText = (value: string): string => value;
/** Of numbers, timestamps and intervals; PGlite has no names for them. */
const arrays = [1231, 1115, 1185, 1187, 1182];
/** Those of drizzle-orm/pglite (0.45): it reads these types from their text itself. */
const drizzleParsers = Object.fromEntries(
  [types.TIMESTAMP, types.TIMESTAMPTZ, types.INTERVAL, types.DATE, ...arrays].map((type) => [
    type,
    asText,
  ]),
);
const drizzleTypes = Object.keys(drizzleParsers).join();

/**
 * The embedded database as drizzle wants it. Drizzle brings its parsers with each statement, for
 * each of which PGlite then copies its own, hundreds of them: a third of the time that a statement
 * takes. So they are given once, here, and left out of the statements.
 */
export async function createPglite(options: Options): Promise<PGlite> {
  const client = await PGlite.create({ ...options, extensions: { btree_gist } });
  // PGlite adds parsers of arrays when it has opened, over those among its options.
  Object.assign(client.parsers, drizzleParsers);
  const transaction = client.transaction.bind(client);
  const lean: Pick<PGlite, 'query' | 'transaction'> = {
    query: withoutParsers(client),
    transaction: (run) =>
      transaction((inside) => run(Object.assign(inside, { query: withoutParsers(inside) }))),
  };
  return Object.assign(client, lean);
}

function withoutParsers(asked: Pick<PGlite, 'query'>): PGlite['query'] {
  const query = asked.query.bind(asked);
  return (statement, values, { parsers, ...options } = {}) => {
    const isUsual = Object.keys(parsers ?? {}).join() === drizzleTypes;
    return query(
      statement,
      values,
      isUsual ? options : { ...options, ...(parsers && { parsers }) },
    );
  };
}
