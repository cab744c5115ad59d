import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { type Database, openPglite, openPostgres } from '../../db/database.ts';
import { databaseUrl, templateName } from './postgres-server.ts';

/** A fresh database: every store suite runs on both kinds. */
export const databaseKinds = {
  pglite: () => openPglite(null),
  postgres: async (): Promise<Database> => (await createTestDatabase()).open(),
} satisfies Record<string, () => Promise<Database>>;

/** A clone of the template, which several processes may open. */
export async function createTestDatabase(serverUrl = inject('postgresUrl')) {
  const name = `dibs_${randomUUID().replaceAll('-', '')}`;
  const admin = postgres(serverUrl, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`create database ${name} template ${templateName}`);
  await admin.end();
  const url = databaseUrl(serverUrl, name);
  return { url, open: (connections?: number) => openPostgres(url, connections) };
}
