import { DrizzleQueryError } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import type { Sql, TransactionSql } from 'postgres';

/** How long what was asked of lost connections may go on: no statement of ours takes longer. */
const lingerMillis = 35_000;

/**
 * A client that outlives its connections. Postgres.js (3.4.9) has its trouble with one that breaks:
 * what its transaction still says would be said on the next connection, outside of any transaction
 * or within another's, or would end the process; and it may never connect again. So a transaction
 * says nothing more once its connection is lost, and who comes later is given new connections.
 */
export function createLastingClient(open: (options: { onclose: () => void }) => Sql): {
  client: Sql;
  end(): Promise<void>;
} {
  const clients = new Set<Sql>();
  let isEnding = false;
  let current = openOne();

  function openOne(): Sql {
    const client: Sql = open({
      onclose() {
        if (isEnding || client !== current) return;
        current = openOne();
        setTimeout(() => end(client), lingerMillis).unref();
      },
    });
    clients.add(client);
    // For what it sets in a client: how dates are read and JSON is written.
    drizzle(client);
    return enduring(preparing(client));
  }

  function end(client: Sql): Promise<unknown> {
    clients.delete(client);
    return client.end({ timeout: 5 });
  }

  return {
    client: new Proxy(current, { get: (_first, name) => Reflect.get(current, name) }),
    async end() {
      isEnding = true;
      await Promise.all([...clients].map(end));
    },
  };
}

/**
 * Has the server plan each statement once for a connection. Drizzle sends its statements by
 * `unsafe`, unprepared, and planning the largest view anew costs more than all the rest of it.
 */
function preparing<Client extends Sql | TransactionSql>(client: Client): Client {
  const unsafe = client.unsafe.bind(client);
  client.unsafe = (query, parameters, options) =>
    unsafe(query, parameters, { ...options, prepare: true });
  return client;
}

/** The same within transactions, each of which has a client of its own. */
function enduring(client: Sql): Sql {
  const begin = client.begin.bind(client);
  const beginEnduring = (work: (tx: TransactionSql) => Promise<unknown>) => {
    const failure = createFailure();
    const transaction = begin(async (tx) => {
      watch(preparing(tx), failure);
      try {
        return await work(tx);
      } catch (error) {
        // Of statements sent behind one that failed, any may be heard of first.
        throw isBehindAnother(error) ? (failure.first() ?? error) : error;
      } finally {
        // Neither commit nor rollback has anybody to go to: the driver knows, and answers for us.
        if (failure.loss() !== null) await new Promise(() => undefined);
      }
    });
    // The driver gives up a transaction without a connection at once, also between two statements.
    transaction.catch(failure.noteEnd);
    return transaction;
  };
  return Object.assign(client, { begin: beginEnduring });
}

type Failure = ReturnType<typeof createFailure>;

/** Keeps the first failed statement of a transaction, and the loss of its connection. */
function createFailure() {
  let first: Error | null = null;
  let loss: unknown = null;
  const noteEnd = (error: unknown) => {
    if (isLoss(error)) loss ??= error;
  };
  return {
    noteEnd,
    note(error: unknown, query: string, parameters: unknown[]) {
      noteEnd(error);
      // In the form in which Drizzle throws it.
      if (error instanceof Error) first ??= new DrizzleQueryError(query, parameters, error);
    },
    first: () => first,
    loss: () => loss,
  };
}

/** Notes what fails. When that is the connection, no other statement is sent. */
function watch(tx: TransactionSql, failure: Failure): void {
  const unsafe = tx.unsafe.bind(tx);
  tx.unsafe = (query, parameters, options) => {
    if (failure.loss() !== null) throw failure.loss();
    return heard(unsafe(query, parameters, options), (error) =>
      failure.note(error, query, parameters ?? []),
    );
  };
}

/** A query's own `then` would send it, with what has not been said of it yet. */
function heard<Asked extends Promise<unknown>>(
  asked: Asked,
  hear: (error: unknown) => void,
): Asked {
  Promise.prototype.then.call(asked, undefined, hear);
  return asked;
}

/**
 * The driver and the system give an errno. Where the server ends a connection, a running statement
 * hears of the closed connection too: the driver keeps what the server said for when it is ready, which it never is.
 */
function isLoss(error: unknown): boolean {
  return error instanceof Error && 'errno' in error;
}

/** In a failed transaction. Drizzle wraps the driver's error. */
function isBehindAnother(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : null;
  return cause instanceof Error && 'code' in cause && cause.code === '25P02';
}
