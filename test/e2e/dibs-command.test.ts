import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hashOfToken } from '../../bot/token-hash.ts';
import { openPglite, openPostgres } from '../../db/database.ts';
import { createTestDatabase } from '../support/databases.ts';
import { dibsHere, runDibs } from '../support/dibs-command.ts';
import { readManifest } from '../support/slack/manifest.ts';
import { createWorld, lab } from '../support/world.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dibs-command-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** `npx dibs …` on that database, else on the folder. */
const dibs = (words: string, databaseUrl?: string, run = dibsHere) =>
  run(folder, words, databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl });

describe('npx dibs audit', () => {
  it('on Postgres exits with 0 while the book adds up, and with 1 and a table when it does not', async () => {
    const { url, open } = await createTestDatabase();
    const database = await open();
    await createWorld(database);
    expect(await dibs('audit', url, runDibs)).toEqual({
      exitCode: 0,
      stdout: 'The book adds up: 4 accounts, 1 transfer, 0 sessions, 0 requests.\n',
      stderr: '',
    });
    await database.db.execute(sql`update accounts set posted = posted + 1 where name = 'lab'`);
    const { exitCode, stdout } = await dibs('audit', url);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('2 differences')]);
    expect(stdout).toMatch(/lab +posted +500 +500 +\S+ +1,800,000,001 ≠ 1,800,000,000/);
    await database.close();
  });

  it('on the embedded database says who has it and where to ask then', async () => {
    const running = await openPglite(join(folder, 'pglite'));
    await createWorld(running);
    const locked = await dibs('audit', undefined, runDibs);
    expect([locked.exitCode, locked.stdout]).toEqual([2, '']);
    expect(locked.stderr).toContain('Another Dibs is running');
    expect(locked.stderr).toContain('“/gpu audit”');
    await running.close();
    expect(await dibs('audit')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('exits with 2 and a sentence where there is nothing to look at, and makes nothing', async () => {
    const absent = await dibs('audit');
    expect([absent.exitCode, absent.stdout]).toEqual([2, '']);
    expect(absent.stderr).toContain(`There is no database in ${folder}. Start Dibs once`);
    expect(existsSync(join(folder, 'pglite'))).toBe(false);
    const { url } = await createTestDatabase();
    const empty = await dibs('audit', url);
    expect([empty.exitCode, empty.stderr]).toEqual([2, 'No Dibs has run on this database yet.\n']);
    const away = await dibs('audit', 'postgres://dibs@127.0.0.1:9/dibs');
    expect([away.exitCode, away.stderr]).toEqual([2, expect.stringContaining('no Postgres at')]);
    const wrong = await dibs('audit', 'mysql://dibs');
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('DATABASE_URL')]);
  });
});

describe('npx dibs token', () => {
  it('makes somebody’s token, and none for who is not there', async () => {
    const { url } = await createTestDatabase();
    const database = await openPostgres(url);
    const { store } = await createWorld(database);
    const identities = [{ platform: 'api' as const, externalId: 'bob' }];
    await store.setUp({
      teams: [{ ...lab, people: [{ name: 'bob', roles: [], identities }] }],
      hosts: [],
    });
    const { exitCode, stdout } = await dibs('token bob', url);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^dibs_\S{32}\n$/)]);
    expect(await store.personOfToken(hashOfToken(stdout.trim()))).toMatchObject({ name: 'bob' });
    const nobody = await dibs('token mallory', url);
    expect([nobody.exitCode, nobody.stdout]).toEqual([2, '']);
    expect(nobody.stderr).toContain('There is no mallory');
    const unnamed = await dibs('token', url);
    expect([unnamed.exitCode, unnamed.stderr]).toEqual([
      2,
      'Say whose token: npx dibs token alice, by the name in dibs.yaml.\n',
    ]);
    await database.close();
  });
});

describe('npx dibs slack manifest', () => {
  it('prints what Slack takes for Socket Mode, with how to begin in its hint', async () => {
    const { exitCode, stdout } = await dibs('slack manifest');
    expect(exitCode).toBe(0);
    const manifest = readManifest(parse(stdout));
    expect(manifest.settings.socket_mode_enabled).toBe(true);
    expect(manifest.features.slash_commands).toMatchObject([
      {
        command: '/gpu',
        should_escape: true,
        usage_hint: expect.stringMatching(/^start a100 2h \| list/),
      },
    ]);
    expect(stdout).not.toContain('url');
  });

  it('prints what Slack takes for signed HTTP, with the address wherever it belongs', async () => {
    const { stdout } = await dibs('slack manifest --url https://dibs.example.org/');
    const { features, settings } = readManifest(parse(stdout));
    const url = 'https://dibs.example.org/slack/events';
    expect(settings).toMatchObject({
      socket_mode_enabled: false,
      event_subscriptions: { request_url: url },
      interactivity: { request_url: url },
    });
    expect(features.slash_commands).toMatchObject([{ url }]);
  });

  it('takes the address behind an equals sign too', async () => {
    const spaced = await dibs('slack manifest --url https://dibs.example.org/a=b');
    expect(spaced).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await dibs('slack manifest --url=https://dibs.example.org/a=b')).toEqual(spaced);
  });

  it.each([
    ['slack', 'slack manifest [--url https://dibs.example.org]'],
    ['slack manifesto', 'I do not understand “slack manifesto”'],
    ['slack manifest --url', 'Slack calls an https address only: '],
    ['slack manifest --url=http://x', 'Slack calls an https address only: '],
  ])('is not “%s”', async (words, said) => {
    const { exitCode, stdout, stderr } = await dibs(words);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  });
});

describe('npx dibs', () => {
  it('is a program, which says what there is and exits with 0, or with 2 where it does not understand', async () => {
    const { exitCode, stdout, stderr } = await runDibs(folder, '--help');
    expect([exitCode, stdout, stderr]).toEqual([0, expect.stringContaining('npx dibs audit'), '']);
    expect(await runDibs(folder, 'audti')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `I do not understand “audti”.\n${stdout}`,
    });
  });

  it.each(['-h', 'help', 'audit --help'])('%s says what there is', async (words) => {
    const { exitCode, stdout } = await dibs(words);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('npx dibs audit')]);
  });

  it.each(['', 'token alice bob', 'audit now'])(
    'with “%s” exits with 2 and says the same',
    async (words) => {
      const { exitCode, stdout, stderr } = await dibs(words);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toContain('npx dibs token <name>');
    },
  );
});
