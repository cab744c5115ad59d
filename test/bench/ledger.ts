import { startPostgres } from '../support/postgres-server.ts';
import { median, printTable, round } from './figures.ts';
import { openBook } from './ledger-book.ts';
import { openPgbench } from './pgbench.ts';

/** As many as Dibs has connections, where nothing else is said. */
const clients = 5;
const rounds = 7;
const seconds = 5;
/** Ours, and pgbench's branches, of which each of its transactions changes one. */
const accounts = 32;

/**
 * Pairs of hold and settle a second, against the transactions a second of pgbench's TPC-B-like
 * script: on one server as it comes, by as many clients, in turn.
 *
 * A pair is two decisions that `perform` takes one after the other, as a start and a stop do: two
 * transactions, each with its request key looked up, the account locked, and an event left; in the
 * first a lease and its hold are added, in the second the hold is settled, a transfer posted and
 * the lease ended. A transaction of pgbench's changes three rows, reads one and adds one.
 */
export async function benchLedger(): Promise<Record<string, number>> {
  const server = await startPostgres();
  try {
    const pgbench = await openPgbench(server.url, { branches: accounts });
    const book = await openBook(server.url, { clients, accounts });
    const turn = async (length: number) => ({
      tps: await pgbench.transactionsPerSecond({ clients, seconds: length }),
      many: await book.pairsPerSecond({ clients, seconds: length, accounts }),
      one: await book.pairsPerSecond({ clients, seconds: length, accounts: 1 }),
    });
    await turn(1);
    const turns: Turn[] = [];
    while (turns.length < rounds) turns.push(await turn(seconds));
    await book.check();
    await book.close();
    return report(turns);
  } finally {
    await server.stop();
  }
}

type Turn = { tps: number; many: number; one: number };

function report(turns: readonly Turn[]): Record<string, number> {
  const row = (title: string, figure: (turn: Turn) => number, digits = 0) => {
    const values = turns.map(figure);
    const figures = [median(values), Math.min(...values), Math.max(...values)];
    return [title, ...figures.map((value) => round(value, digits))];
  };
  const many = (turn: Turn) => turn.many / turn.tps;
  const one = (turn: Turn) => turn.one / turn.tps;
  printTable([
    [`${clients} clients, ${rounds} rounds of ${seconds} s`, 'median', 'least', 'most'],
    row('transactions of pgbench a second', ({ tps }) => tps),
    row(`pairs a second, ${accounts} accounts`, (turn) => turn.many),
    row('pairs a second, one account', (turn) => turn.one),
    row(`ratio, ${accounts} accounts`, many, 3),
    row('ratio, one account', one, 3),
  ]);
  return {
    ratio: round(median(turns.map(many))),
    oneAccountRatio: round(median(turns.map(one))),
    pairsPerSecond: round(median(turns.map((turn) => turn.many)), 0),
  };
}
