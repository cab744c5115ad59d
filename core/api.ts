import type { Person } from './entity.ts';
import type { RefusalKind } from './refusal.ts';

/** What the HTTP API answers with, as plain JSON. */
export type Api = {
  personOfToken(token: string): Promise<Person | null>;
  personNamed(name: string): Promise<Person | null>;
  run(person: Person, text: string, requestKey: string): Promise<{ ok: boolean }>;
  sessions(person: Person): Promise<unknown>;
  /** Null: there is none of that name. */
  session(person: Person, name: string): Promise<unknown>;
  board(): Promise<unknown>;
  /** Of a person or a team by name; null: of the person's team. */
  balance(person: Person, of: string | null): Promise<ApiRefused | { balance: unknown }>;
  statement(
    person: Person,
    asked: { of: string | null; period: string | null; format: 'json' | 'csv' },
  ): Promise<ApiRefused | { statement: unknown } | { file: ApiFile }>;
  /** For admins, the latest first; `next` goes on where these end, null: there are no others. */
  events(
    person: Person,
    asked: ApiEvents,
  ): Promise<ApiRefused | { events: unknown; next: string | null }>;
  /** Rejects while Dibs cannot do its work. */
  ready(): Promise<void>;
};

/** By name or number; null: whatever. A session or a request, not both. */
type ApiEvents = {
  person: string | null;
  session: string | null;
  request: string | null;
  limit: number;
  /** Only those before the event of this id. */
  before: string | null;
};

/** The expected no: its kind, in words, and with its facts. */
export type ApiRefused = { kind: RefusalKind; text: string; refusal: unknown };

export type ApiFile = { name: string; mediaType: string; text: string };
