import {
  addRequestNotice,
  addSessionNews,
  addSessionNotice,
  addTransferNotice,
} from '../outbox.ts';
import { writersOf } from './context.ts';

/** What we owe people to say. */
export const noticeChanges = writersOf({
  notify({ tx, now: dueAt, newId }, { notice: kind, sessionId }) {
    return addSessionNotice(tx, { id: newId(), dueAt, kind, sessionId });
  },
  notify_news({ tx, now: dueAt, newId }, { sessionId, news }) {
    return addSessionNews(tx, { id: newId(), dueAt, sessionId, news });
  },
  notify_request({ tx, now: dueAt, newId }, change) {
    const { notice: kind, requestId: grantRequestId, platform, to, onceKey } = change;
    const personId = to?.kind === 'person' ? to.personId : null;
    const externalId = to?.kind === 'stranger' ? to.externalId : null;
    const whom = { platform, personId, externalId, onceKey };
    return addRequestNotice(tx, { id: newId(), dueAt, kind, grantRequestId, ...whom });
  },
  notify_transfer({ tx, now: dueAt, newId }, { notice: kind, transferId, platform, personId }) {
    return addTransferNotice(tx, { id: newId(), dueAt, kind, transferId, platform, personId });
  },
});
