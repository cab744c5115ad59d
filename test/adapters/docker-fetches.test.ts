import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createConnection } from '../../adapters/docker/connection.ts';
import { pull } from '../../adapters/docker/pull.ts';
import { push } from '../../adapters/docker/push.ts';
import type { StartProgress } from '../../core/ports.ts';
import { secretOf } from '../../core/secret.ts';
import { pytorch } from '../support/facts.ts';
import { type ScriptedEngine, startScriptedEngine } from '../support/scripted-engine.ts';

const never = new AbortController().signal;
const reference = 'registry.example/dibs/pytorch:2';
const linesOf = (...all: object[]) => all.map((line) => `${JSON.stringify(line)}\n`).join('');

let engine: ScriptedEngine;
beforeEach(async () => {
  engine = await startScriptedEngine();
});
afterEach(() => engine.close());

async function pulled(login: string | null = null): Promise<StartProgress[]> {
  const progress: StartProgress[] = [];
  const watch = { signal: never, onProgress: (one: StartProgress) => void progress.push(one) };
  await pull(
    engine.connection,
    { reference, login: login === null ? null : secretOf(login) },
    watch,
  );
  return progress;
}

const authOf = (index: number) => {
  const header = String(engine.asked[index]?.headers['x-registry-auth']);
  return JSON.parse(Buffer.from(header, 'base64').toString());
};

describe('pulling an image', () => {
  const downloading = (id: string, current: number | undefined, total: number) => ({
    ...{ id, status: 'Downloading' },
    progressDetail: { current, total },
  });

  it('tells bytes done of bytes known, and never all of it', async () => {
    engine.on(
      /^POST \/images\/create/,
      linesOf(
        { status: 'Pulling from dibs/pytorch', id: '2' },
        downloading('a', 10, 100),
        downloading('b', undefined, 50),
        { id: 'x', status: 'Download complete' },
        { id: 'a', status: 'Waiting', progressDetail: { current: 1, total: 9 } },
        downloading('b', 60, 50),
        { id: 'a', status: 'Download complete' },
        { status: 'Downloading', progressDetail: { current: 1, total: 9 } },
        downloading('c', 5, 0),
        { id: 'b', status: 'Pull complete' },
      ),
    );
    const stage = 'pulling';
    expect(await pulled()).toEqual([
      { stage, doneBytes: 10, totalBytes: 100 },
      { stage, doneBytes: 10, totalBytes: 150 },
      { stage, doneBytes: 60, totalBytes: 150 },
      { stage, doneBytes: 149, totalBytes: 150 },
    ]);
    expect(engine.asked[0]?.line).toContain(`fromImage=${reference.replace(':', '&tag=')}`);
    expect(engine.asked[0]?.headers['x-registry-auth']).toBeUndefined();
  });

  it('shows the login of its registry, whose password may have colons', async () => {
    engine.on(/^POST \/images\/create/, linesOf({ status: 'done' }));
    await pulled('robot:pass:word\n');
    expect(authOf(0)).toEqual({
      username: 'robot',
      password: 'pass:word\n',
      serveraddress: 'registry.example',
    });
  });

  it.each([
    ['manifest unknown', 'image_missing'],
    ['write /var: no space left on device', 'disk_full'],
    ['unauthorized: access is denied', 'pull_failed'],
  ])('that breaks off with “%s” is %s', async (error, code) => {
    engine.on(/^POST \/images\/create/, linesOf({ status: 'Pulling' }, { error }));
    await expect(pulled()).rejects.toMatchObject({
      code,
      facts: { host: 'ada', detail: `ada: ${error} (${reference})` },
    });
  });

  it.each([
    [404, 'not here', 'image_missing'],
    [500, 'toomanyrequests', 'pull_failed'],
    [500, 'no space left on device', 'disk_full'],
  ])('that is refused with %i, %s, is %s', async (status, message, code) => {
    engine.on(/^POST \/images\/create/, { status, message });
    await expect(pulled()).rejects.toMatchObject({
      code,
      facts: { detail: expect.stringContaining(`${message} (${reference})`) },
    });
  });

  it('at a host that is away is the host’s trouble', async () => {
    const away = createConnection('ada', { socketPath: '/nowhere/docker.sock' });
    const watch = { signal: never, onProgress: () => undefined };
    await expect(pull(away, { reference, login: null }, watch)).rejects.toMatchObject({
      code: 'host_unreachable',
    });
  });
});

describe('pushing an image', () => {
  const pushed = (login: string | null) =>
    push(engine.connection, { reference, login: login === null ? null : secretOf(login) }, never);

  it.each([
    ['robot:word', { username: 'robot', password: 'word' }],
    [null, { username: '', password: '' }],
  ])('shows its login: %s', async (login, who) => {
    engine.on(/^POST \/images\/.*\/push/, linesOf({ status: 'Pushed' }));
    await pushed(login);
    expect(authOf(0)).toEqual({ ...who, serveraddress: 'registry.example' });
  });

  it('that was not built there says so', async () => {
    engine.on(/push/, { status: 404, message: 'An image does not exist locally' });
    await expect(pushed(null)).rejects.toMatchObject({
      code: 'image_missing',
      facts: { host: 'ada', detail: `ada: ${reference} is not there: build it first` },
    });
  });

  it.each([
    [{ status: 500, message: 'out of order' }, 'engine_refused', 'ada: out of order'],
    [linesOf({ error: 'denied' }), 'pull_failed', 'ada: denied'],
  ])('that fails says with what', async (answer, code, detail) => {
    engine.on(/push/, answer);
    await expect(pushed(null)).rejects.toMatchObject({ code, facts: { detail } });
  });
});

describe('fetching an image', () => {
  const image = { ...pytorch, reference, build: null } as unknown as typeof pytorch;
  const watching = () => {
    const progress: StartProgress[] = [];
    return {
      progress,
      watch: { signal: never, onProgress: (one: StartProgress) => void progress.push(one) },
    };
  };

  it('is done once for all who ask meanwhile, and told to all', async () => {
    engine.on(
      /^POST \/images\/create/,
      linesOf({
        id: 'a',
        status: 'Downloading',
        progressDetail: { current: 1, total: 9 },
      }),
    );
    const [first, second] = [watching(), watching()];
    const both = [
      engine.host.fetchImage(image, first.watch),
      engine.host.fetchImage(image, second.watch),
    ];
    expect(await Promise.all(both)).toEqual(['fetched', 'awaited']);
    expect(engine.asked).toHaveLength(1);
    expect(first.progress).toHaveLength(1);
    expect(second.progress).toEqual(first.progress);
    expect(await engine.host.fetchImage(image, first.watch)).toBe('fetched');
  });

  it('that failed is no fault of those who awaited it, and the next begins anew', async () => {
    engine.on(/^POST \/images\/create/, { status: 500, message: 'out of order' });
    const { watch } = watching();
    const both = [engine.host.fetchImage(image, watch), engine.host.fetchImage(image, watch)];
    const [own, others] = await Promise.allSettled(both);
    expect(own).toMatchObject({ status: 'rejected', reason: { code: 'pull_failed' } });
    expect(others).toEqual({ status: 'fulfilled', value: 'awaited' });
  });

  it('is told of to who comes later, and left by one who awaits it alone', async () => {
    const stream = new Readable({ read() {} });
    engine.on(/^POST \/images\/create/, stream);
    const [first, second] = [watching(), watching()];
    const own = engine.host.fetchImage(image, first.watch);
    stream.push(
      linesOf({ id: 'a', status: 'Downloading', progressDetail: { current: 1, total: 9 } }),
    );
    await vi.waitUntil(() => first.progress.length > 0, { interval: 1 });
    const ending = new AbortController();
    const left = engine.host.fetchImage(image, { ...second.watch, signal: ending.signal });
    expect(second.progress).toEqual(first.progress);
    ending.abort();
    expect(await left).toBe('awaited');
    stream.push(null);
    expect(await own).toBe('fetched');
  });

  it('builds what is built from our own Dockerfile, step by step', async () => {
    await writeFile(join(engine.folder, 'Dockerfile'), 'FROM scratch\n');
    engine.on(
      /^POST \/build/,
      linesOf(
        { stream: 'Step 1/3 : FROM scratch' },
        { stream: 'x' },
        { stream: 'Step 3/3 : RUN y' },
      ),
    );
    const { watch, progress } = watching();
    await engine.host.fetchImage({ ...image, build: { VERSION: '2' } } as never, watch);
    expect(progress).toEqual([
      { stage: 'building', step: 1, steps: 3 },
      { stage: 'building', step: 3, steps: 3 },
    ]);
    expect(engine.asked[0]?.line).toContain('"VERSION":"2"');
    expect(engine.asked[0]?.line).toContain(`t=${reference}`);
  });

  it('whose build fails has the last twenty lines that it printed', async () => {
    await writeFile(join(engine.folder, 'Dockerfile'), 'FROM scratch\n');
    const printed = Array.from({ length: 30 }, (_, at) => ({ stream: `line ${at}\n` }));
    engine.on(/^POST \/build/, linesOf(...printed, { error: 'returned a non-zero code: 1' }));
    const build = engine.host.fetchImage({ ...image, build: {} } as never, watching().watch);
    await expect(build).rejects.toMatchObject({
      code: 'pull_failed',
      facts: {
        detail: 'ada: returned a non-zero code: 1',
        logTail: Array.from({ length: 20 }, (_, at) => `line ${at + 10}`).join('\n'),
      },
    });
  });
});
