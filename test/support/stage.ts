import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import type { Action, Needs, Outcome } from '../../core/action.ts';
import { claim } from '../../core/actions/claim.ts';
import { reportReady } from '../../core/actions/report.ts';
import type { StartInput } from '../../core/actions/start.ts';
import type { Actor } from '../../core/entity.ts';
import type { SessionView } from '../../core/view.ts';
import type { Database } from '../../db/database.ts';
import { databaseKinds } from './databases.ts';
import { plainStart } from './facts.ts';
import { accepted, askStart, createWorld, system, type World, type WorldOptions } from './world.ts';

/** A database and the world in it: a new world for each test, in a database that was emptied. */
export type Stage = { database: Database; world: World };

/** Runs the tests on every kind of database. */
export function onEachDatabase(
  title: string,
  options: WorldOptions,
  tests: (stage: Stage) => void,
): void {
  describe.each(Object.entries(databaseKinds))(`${title} on %s`, (_kind, open) => {
    tests(useStage(open, options));
  });
}

/** Where two connections are needed: PGlite has one. */
export function onPostgres(
  title: string,
  options: WorldOptions,
  tests: (stage: Stage) => void,
): void {
  describe(`${title} on postgres`, () => tests(useStage(databaseKinds.postgres, options)));
}

function useStage(open: () => Promise<Database>, options: WorldOptions): Stage {
  const stage = {} as Stage;
  beforeAll(async () => {
    stage.database = await open();
  });
  beforeEach(async () => {
    await empty(stage.database);
    stage.world = await createWorld(stage.database, options);
  });
  afterAll(() => stage.database.close());
  return stage;
}

/**
 * Also the transfers, which nobody else may remove: their trigger sleeps meanwhile. Few rows are
 * deleted in a tenth of the time that it takes to truncate all tables.
 */
export async function empty({ db }: Database): Promise<void> {
  await db.execute(sql`do $$
    declare name text;
    begin
      perform set_config('session_replication_role', 'replica', true);
      -- What is still being written is waited for, as truncate would.
      for name in select tablename from pg_tables where schemaname = 'public' loop
        execute format('lock table %I in exclusive mode', name);
      end loop;
      for name in select tablename from pg_tables where schemaname = 'public' loop
        execute format('delete from %I', name);
      end loop;
      perform setval(seq.oid, 1, false) from pg_class seq where seq.relkind = 'S'
        and seq.relnamespace = 'public'::regnamespace;
    end $$`);
}

/** Performs as the system, each time under a key of its own. */
export function act<Input, Result, N extends Needs>(
  world: World,
  action: Action<Input, Result, N>,
  input: Input,
): Promise<Outcome<Result>> {
  return as(world, system)(action, input);
}

/** Performs as the actor. */
export function as({ store }: World, actor: Actor) {
  return <Input, Result, N extends Needs>(
    action: Action<Input, Result, N>,
    input: Input,
  ): Promise<Outcome<Result>> => store.perform(action, { requestKey: randomUUID(), actor, input });
}

export const claimOf = '00000000-0000-4000-8000-00000000000a';

/** A session in a given state, with its claim given back once it runs. */
export async function sessionIn(
  world: World,
  state: 'requested' | 'starting' | 'running',
  facts: Partial<StartInput> = {},
): Promise<string> {
  const { sessionId } = await accepted(askStart(world, 'bob', facts));
  if (state === 'requested') return sessionId;
  await accepted(act(world, claim, { sessionId, step: 'start' as const, token: claimOf }));
  if (state === 'starting') return sessionId;
  const url = `http://gpu-1/${sessionId}/`;
  await accepted(
    act(world, reportReady, { ...plainStart, sessionId, token: claimOf, containerId: 'c-1', url }),
  );
  return sessionId;
}

export async function viewOf({ store }: World, sessionId: string): Promise<SessionView> {
  const view = await store.sessionById(sessionId);
  if (!view) throw new Error(`no session ${sessionId}`);
  return view;
}

/** Credits of the team, in ticks. */
export async function accountOf({ store, team }: World) {
  const { account } = await store.balanceOf(team.accountId);
  return { posted: account.posted, held: account.held };
}

/** The names of the constraints and triggers that said no, wherever the driver put them. */
export async function violation(attempt: PromiseLike<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const { constraint_name, constraint, message } = cause as Record<string, string | undefined>;
    return constraint_name ?? constraint ?? message ?? 'unknown';
  }
  return 'nothing';
}
