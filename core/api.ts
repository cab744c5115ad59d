import type { Person } from './entity.ts';

/** What the HTTP API answers with, as plain JSON. */
export type Api = {
  personOfToken(token: string): Promise<Person | null>;
  personNamed(name: string): Promise<Person | null>;
  run(person: Person, text: string, requestKey: string): Promise<{ ok: boolean }>;
  sessions(person: Person): Promise<unknown>;
  /** Null: there is none of that name. */
  session(person: Person, name: string): Promise<unknown>;
  board(): Promise<unknown>;
  balance(person: Person): Promise<unknown>;
  /** Rejects while Dibs cannot do its work. */
  ready(): Promise<void>;
};
