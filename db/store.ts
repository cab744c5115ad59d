import { and, eq } from 'drizzle-orm';
import type { Store } from '../core/store.ts';
import { balanceOf, checkBook } from './book.ts';
import { type Database, ping } from './database.ts';
import { loadFleet } from './facts.ts';
import {
  containerSpec,
  hostSeenAt,
  noteProgress,
  noteSeen,
  noteUnreachable,
  recordedSessions,
  refreshMessages,
  sessionsEndingBefore,
} from './observations.ts';
import { claimNotices, noteSent, noteUnsent } from './outbox.ts';
import { createPerform, type PerformDeps } from './perform.ts';
import { apiTokens, events, identities, persons, sessions } from './schema.ts';
import { setUp } from './set-up.ts';
import { livingSessions, loadBoard, sessionById, sessionByName } from './views.ts';

/** The store over an open database. */
export function createStore(database: Database, deps: Omit<PerformDeps, 'db'>): Store {
  const { db } = database;
  const { clock, newId } = deps;
  return {
    perform: createPerform({ ...deps, db }),
    setUp: (site) => setUp(db, newId, site),

    async personOf(platform, externalId) {
      const [row] = await db
        .select({ person: persons })
        .from(identities)
        .innerJoin(persons, eq(persons.id, identities.personId))
        .where(and(eq(identities.platform, platform), eq(identities.externalId, externalId)));
      return row?.person ?? null;
    },
    async personOfToken(hash) {
      const [row] = await db
        .select({ person: persons })
        .from(apiTokens)
        .innerJoin(persons, eq(persons.id, apiTokens.personId))
        .where(eq(apiTokens.hash, hash));
      return row?.person ?? null;
    },
    async addToken(personId, hash) {
      await db.transaction(async (tx) => {
        await tx.delete(apiTokens).where(eq(apiTokens.personId, personId));
        await tx.insert(apiTokens).values({ personId, hash });
      });
    },
    async externalIdOf(personId, platform) {
      const [row] = await db
        .select()
        .from(identities)
        .where(and(eq(identities.personId, personId), eq(identities.platform, platform)));
      return row?.externalId ?? null;
    },

    async sessionOfRequest(requestKey) {
      const [event] = await db.select().from(events).where(eq(events.requestKey, requestKey));
      const { sessionId } = (event?.input ?? {}) as { sessionId?: string };
      return sessionId === undefined ? null : sessionById(db, sessionId);
    },
    sessionById: (sessionId) => sessionById(db, sessionId),
    sessionByName: (name) => sessionByName(db, name),
    livingSessions: (of) => livingSessions(db, of),
    board: () => loadBoard(db),
    fleet: () => loadFleet(db),
    balanceOf: (teamId) => balanceOf(db, teamId),
    checkBook: () => checkBook(db),

    recordedSessions: (hostId) => recordedSessions(db, hostId),
    sessionsEndingBefore: (at) => sessionsEndingBefore(db, at),
    containerSpec: (sessionId) => containerSpec(db, sessionId),
    hostSeenAt: (hostId) => hostSeenAt(db, hostId),
    noteSeen: (hostId, at, inventory) => noteSeen(db, hostId, { at, inventory }),
    refreshMessages: (hostId) => refreshMessages(db, hostId, { now: clock.now(), newId }),
    noteUnreachable: (hostId, fault) => noteUnreachable(db, hostId, fault),
    noteProgress: (sessionId, token, progress) =>
      noteProgress(db, { sessionId, token, progress }, { now: clock.now(), newId }),

    claimNotices: (asked) => claimNotices(db, { ...asked, now: clock.now() }),
    noteSent: (notice) => noteSent(db, notice, clock.now()),
    noteUnsent: (notice, retrySeconds) => {
      const at = new Date(clock.now().getTime() + (retrySeconds ?? 0) * 1000);
      return noteUnsent(db, notice, retrySeconds === null ? null : { at });
    },
    async noteMessageRef(sessionId, messageRef) {
      await db.update(sessions).set({ messageRef }).where(eq(sessions.id, sessionId));
    },

    ping: () => ping(db),
    close: () => database.close(),
  };
}
