import type { Api } from '../core/api.ts';
import { toPlainJson } from '../core/plain-json.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Store } from '../core/store.ts';
import { subjectOf } from './commands/subject.ts';
import { renderRefusal } from './render/refusal.ts';
import { plainText } from './render/words.ts';

/** The audit for an admin: what concerns the team that they ask in the name of. */
export function createEventsApi({ store }: { store: Store }): Pick<Api, 'events'> {
  return {
    async events({ roles, teamId }, { person, session, request, limit, before }) {
      if (!roles.includes('admin'))
        return refused({ kind: 'not_allowed', needs: 'admin', holder: null });
      const asked = { person, session, request };
      const subject = { personId: null as string | null, about: null as string | null };
      for (const kind of ['person', 'session', 'request'] as const) {
        const typed = asked[kind];
        if (typed === null) continue;
        const found = await subjectOf(kind, typed, store);
        if ('refusal' in found) return refused(found.refusal);
        subject.personId ??= found.value.personId;
        subject.about ??= found.value.about;
      }
      // One more than asked for says whether there are others.
      const found = await store.events({ teamId, ...subject, before, limit: limit + 1 });
      const events = found.slice(0, limit);
      const next = found.length > limit ? (events.at(-1)?.id ?? null) : null;
      return { events: toPlainJson(events), next };
    },
  };
}

function refused(refusal: Refusal) {
  const text = plainText(renderRefusal(refusal));
  return { kind: refusal.kind, text, refusal: toPlainJson(refusal) };
}
