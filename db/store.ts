import { eq } from 'drizzle-orm';
import type { Store } from '../core/store.ts';
import { accessOf } from './access.ts';
import { bookSize, checkBook } from './audit.ts';
import { allowancePeriods, balanceOf, statementOf, transferById } from './book.ts';
import { type Database, ping } from './database.ts';
import { eventsOf, isDecided, subjectOf } from './events.ts';
import { loadFleet } from './facts/fleet.ts';
import { loadSpending } from './facts/spending.ts';
import { inboxOf } from './inbox.ts';
import {
  containerSpec,
  hostSeenAt,
  noteProgress,
  noteSeen,
  noteUnreachable,
  recordedSessions,
  refreshMessages,
  sessionsEndingBefore,
  sessionsQueuedBefore,
} from './observations.ts';
import { claimNotices, noteChannelLost, noteSent, noteUnsent, noteUntried } from './outbox.ts';
import {
  addressOf,
  membershipsOn,
  payees,
  personNamed,
  personOf,
  personOfToken,
} from './people.ts';
import { createPerform, type PerformDeps } from './perform.ts';
import {
  noteRequestMessage,
  pendingRequests,
  requestById,
  requestByNumber,
  requestOfMessage,
  requestsValidUntil,
} from './requests.ts';
import { apiTokens } from './schema/people.ts';
import { sessions } from './schema/sessions.ts';
import { setUp } from './set-up.ts';
import { livingSessions, loadBoard, sessionById, sessionByName } from './views.ts';

/** The store over an open database. */
export function createStore(database: Database, deps: Omit<PerformDeps, 'db'>): Store {
  const { db } = database;
  const { clock, newId } = deps;
  const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);
  return {
    perform: createPerform({ ...deps, db }),
    setUp: (site) => setUp(db, { newId, newSecret: deps.newSecret }, site),

    personOf: (platform, externalId, channel) => personOf(db, { platform, externalId, channel }),
    personOfToken: (hash) => personOfToken(db, hash),
    async addToken(personId, hash) {
      await db.transaction(async (tx) => {
        await tx.delete(apiTokens).where(eq(apiTokens.personId, personId));
        await tx.insert(apiTokens).values({ personId, hash });
      });
    },
    addressOf: (personId, preferred, reachable) =>
      addressOf(db, personId, { preferred, reachable }),
    payees: () => payees(db),
    membershipsOn: (platform) => membershipsOn(db, platform),
    personNamed: (name) => personNamed(db, name),

    isDecided: (requestKey) => isDecided(db, requestKey),
    async sessionOfRequest(requestKey) {
      const sessionId = await subjectOf(db, requestKey);
      return sessionId === null ? null : sessionById(db, sessionId);
    },
    sessionById: (sessionId) => sessionById(db, sessionId),
    sessionByName: (name) => sessionByName(db, name),
    livingSessions: (of) => livingSessions(db, of),
    board: () => loadBoard(db),
    fleet: () => loadFleet(db),
    spendingOf: (of) => loadSpending(db, { of, at: clock.now() }),
    balanceOf: (accountId) => balanceOf(db, accountId, clock.now()),
    statementOf: (accountId, period) => statementOf(db, accountId, { period, now: clock.now() }),
    transferById: (transferId) => transferById(db, transferId),
    allowancePeriods: (accountId) => allowancePeriods(db, accountId),
    checkBook: () => checkBook(db),
    bookSize: () => bookSize(db),
    events: (asked) => eventsOf(db, asked),

    requestById: (requestId) => requestById(db, requestId),
    requestByNumber: (number) => requestByNumber(db, number),
    requestOfMessage: (platform, ref) => requestOfMessage(db, platform, ref),
    pendingRequests: (teamId) => pendingRequests(db, teamId),
    requestsValidUntil: (at) => requestsValidUntil(db, at),
    noteRequestMessage: (requestId, ref) => noteRequestMessage(db, requestId, ref),

    recordedSessions: (hostId) => recordedSessions(db, hostId),
    sessionsEndingBefore: (at) => sessionsEndingBefore(db, at),
    sessionsQueuedBefore: (at) => sessionsQueuedBefore(db, at),
    containerSpec: (sessionId) => containerSpec(db, sessionId),
    hostSeenAt: (hostId) => hostSeenAt(db, hostId),
    noteSeen: (hostId, at, inventory) => noteSeen(db, hostId, { at, inventory }),
    refreshMessages: (hostId) => refreshMessages(db, hostId, { now: clock.now(), newId }),
    noteUnreachable: (hostId, fault) => noteUnreachable(db, hostId, fault),
    noteProgress: (sessionId, token, progress) =>
      noteProgress(db, { sessionId, token, progress }, { now: clock.now(), newId }),

    claimNotices: (asked) => claimNotices(db, { ...asked, now: clock.now() }),
    noteSent: (notice) => noteSent(db, notice, clock.now()),
    noteUnsent: (notice, retrySeconds) =>
      noteUnsent(db, notice, retrySeconds === null ? null : { at: inSeconds(retrySeconds) }),
    noteUntried: (notice, seconds) => noteUntried(db, notice, inSeconds(seconds)),
    noteChannelLost: (notice, channel) =>
      noteChannelLost(db, notice, { channel, now: clock.now(), newId }),
    async noteMessageRef(sessionId, messageRef) {
      await db.update(sessions).set({ messageRef }).where(eq(sessions.id, sessionId));
    },

    ...accessOf(db, clock),
    ...inboxOf(database, clock),

    ping: () => ping(db),
    close: () => database.close(),
  };
}
