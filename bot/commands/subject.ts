import type { Refusal } from '../../core/refusal.ts';
import type { Store } from '../../core/store.ts';

/** What the audit is asked about: a person, or a session or request by its id. */
export type Subject = { personId: string | null; about: string | null; words: string };

/** `@bob`, `brave-otter` or `17`; somebody who has left is found too. */
export async function findSubject(typed: string, store: Store): Promise<Found> {
  if (/^#?\d+$/.test(typed)) return subjectOf('request', typed, store);
  const person = await subjectOf('person', typed, store);
  if ('value' in person || typed.startsWith('@')) return person;
  return subjectOf('session', typed, store);
}

type Found = { value: Subject } | { refusal: Refusal };

export async function subjectOf(
  kind: 'person' | 'session' | 'request',
  typed: string,
  store: Store,
): Promise<Found> {
  const value = await lookUp[kind](typed, store);
  return value ? { value } : { refusal: { kind: 'unknown_subject', typed } };
}

const lookUp = {
  async person(typed: string, store: Store): Promise<Subject | null> {
    const person = await store.personNamed(typed.replace(/^@/, ''));
    return person && { personId: person.personId, about: null, words: person.name };
  },
  async session(typed: string, store: Store): Promise<Subject | null> {
    const session = await store.sessionByName(typed.toLowerCase());
    return session && { personId: null, about: session.id, words: session.name };
  },
  async request(typed: string, store: Store): Promise<Subject | null> {
    const [, number] = /^#?(\d{1,9})$/.exec(typed) ?? [];
    const request = number === undefined ? null : await store.requestByNumber(Number(number));
    return request && { personId: null, about: request.id, words: `request ${request.number}` };
  },
};

/** People of the team, its living sessions and what is asked of it. */
export async function suggestSubjects({
  store,
  teamId,
}: {
  store: Store;
  teamId: string;
}): Promise<{ text: string; hint: string }[]> {
  const [payees, sessions, requests] = await Promise.all([
    store.payees(),
    store.livingSessions({ teamId }),
    store.pendingRequests(teamId),
  ]);
  const members = payees.filter(
    ({ kind, teamIds }) => kind === 'person' && teamIds.includes(teamId),
  );
  return [
    ...members.map(({ name }) => ({ text: `@${name}`, hint: 'person' })),
    ...sessions.map(({ name, holder }) => ({ text: name, hint: `${holder.name}’s session` })),
    ...requests.map(({ number, requester }) => {
      return { text: String(number), hint: `${requester}’s request` };
    }),
  ];
}
