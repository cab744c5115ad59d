import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { type Database, openPostgres } from '../../db/database.ts';
import { openSnapshot } from './pglite-snapshot.ts';
import { databaseUrl, templateName } from './postgres-server.ts';

/** A fresh database: every store suite runs on both kinds. */
export const databaseKinds = {
  pglite: openSnapshot,
  postgres: async (): Promise<Database> => (await createTestDatabase()).open(),
} satisfies Record<string, () => Promise<Database>>;

/** A clone of the template, which several processes may open. */
export async function createTestDatabase(serverUrl = inject('postgresUrl')) {
  const url = await createDatabase(serverUrl, templateName);
  return { url, open: (connections?: number) => openPostgres(url, connections) };
}

/** The address of a database without any table. */
export function createEmptyDatabase(): Promise<string> {
  return createDatabase(inject('postgresUrl'), 'template1');
}

async function createDatabase(serverUrl: string, template: string): Promise<string> {
  const name = `dibs_${randomUUID().replaceAll('-', '')}`;
  const admin = postgres(serverUrl, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`create database ${name} template ${template}`);
  await admin.end();
  return databaseUrl(serverUrl, name);
}
