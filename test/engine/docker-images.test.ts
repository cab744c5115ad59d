import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDockerSpawner } from '../../adapters/docker/spawner.ts';
import type { Image, Spawner, StartProgress } from '../../core/ports.ts';
import { faultOf, never } from '../contract/spawner-harness.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { IMAGES } from '../support/images-folder.ts';
import { leastImage } from '../support/least-image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { createInside, fetchStatus, optionsFor } from './docker-harness.ts';

let host: GpuHost;
let spawner: Spawner;
let registry: Registry;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dibs-images-'));
  await cp(IMAGES, folder, { recursive: true });
  host = await startGpuHost({ gpus: [] });
  registry = await startRegistry(host.gateway);
  spawner = createDockerSpawner({ ...optionsFor(host), imagesFolder: folder });
});

afterEach(async () => {
  for (const { sessionId } of await spawner.observe(never)) await spawner.stop(sessionId, 0, never);
});

afterAll(async () => {
  await spawner?.close();
  await registry?.stop();
  await host?.stop();
  await rm(folder, { recursive: true, force: true });
});

function specOf(image: Image) {
  return {
    sessionId: randomUUID(),
    sessionName: 'calm-heron',
    personId: randomUUID(),
    image,
    deviceUuids: [],
    share: 0.5,
    sshKeys: [],
    check: false,
    token: randomUUID(),
  };
}

function pulled(reference: string): Image {
  return { name: 'pulled', reference, build: null, cuda: null, compute: null };
}

async function startOf(image: Image, seen: StartProgress[] = []) {
  return faultOf(spawner.start(specOf(image), (progress) => seen.push(progress), never));
}

const isPulling = ({ stage }: StartProgress) => stage === 'pulling';

/** What the engine says that it did to images. */
function followImageEvents(event: 'pull' | 'tag') {
  const since = Date.now() / 1000;
  return {
    async countOf(reference: string): Promise<number> {
      const filters = { type: ['image' as const], event: [event] };
      const until = Date.now() / 1000;
      const stream = await host.docker.getEvents({ since, until, filters });
      const lines = (await text(stream)).trim().split('\n');
      return lines.filter((line) => line.includes(`"${reference}"`)).length;
    },
  };
}

test('a pull tells bytes done of bytes known, and never all of them', async () => {
  const seen: StartProgress[] = [];
  // It has layers only and no program, so it ends as soon as it was started.
  const reference = `${registry.repository}:${registry.tag}`;
  const { code, fault } = await startOf(pulled(reference), seen);
  expect(code).toBe('container_exited');
  expect(fault.facts.exitCode).toBe(127);
  const pulls = seen.filter((progress) => progress.stage === 'pulling');
  expect(pulls.length).toBeGreaterThan(5);
  expect(pulls.every(({ doneBytes, totalBytes }) => doneBytes < totalBytes)).toBe(true);
  expect(pulls.at(-1)?.totalBytes).toBeGreaterThan(3_000_000);
  expect(pulls.at(-1)?.doneBytes).toBeGreaterThan(0.9 * (pulls.at(-1)?.totalBytes ?? 0));
  expect(seen.findLastIndex(({ stage }) => stage === 'pulling')).toBeLessThan(
    seen.findIndex(({ stage }) => stage === 'creating'),
  );
});

test('starts at once share one pull, and each is told how far it is', async () => {
  const other = await startRegistry(host.gateway);
  const image = pulled(`${other.repository}:${other.tag}`);
  const events = followImageEvents('pull');
  const seen: StartProgress[][] = [[], [], []];
  const ends = await Promise.all(seen.map((own) => startOf(image, own)));
  expect(ends.map(({ code }) => code)).toEqual(Array(3).fill('container_exited'));
  for (const own of seen) expect(own.filter(isPulling).length).toBeGreaterThan(5);
  expect(await events.countOf(image.reference)).toBe(1);
  await other.stop();
});

test('whoever waits for a pull can leave it, and takes it over when it is called off', async () => {
  const other = await startRegistry(host.gateway);
  const image = pulled(`${other.repository}:${other.tag}`);
  const [first, second] = [new AbortController(), new AbortController()];
  const third = Promise.withResolvers<void>();
  const started = [
    spawner.start(specOf(image), () => third.resolve(), first.signal),
    third.promise.then(() => spawner.start(specOf(image), () => second.abort(), second.signal)),
    third.promise.then(() => spawner.start(specOf(image), () => undefined, never)),
  ].map(faultOf);
  expect((await started[1])?.code).toBe('aborted');
  first.abort();
  expect((await started[0])?.code).toBe('aborted');
  expect((await started[2])?.code).toBe('container_exited');
  await other.stop();
});

test('a pull that failed is tried once by each start, and each has its own fault', async () => {
  const image = pulled(`${registry.repository}:absent`);
  const ends = await Promise.all([startOf(image), startOf(image), startOf(image)]);
  expect(ends.map(({ code }) => code)).toEqual(Array(3).fill('image_missing'));
});

test('a tag that the registry does not know is a missing image', async () => {
  const { code, fault } = await startOf(pulled(`${registry.repository}:absent`));
  expect(code).toBe('image_missing');
  expect(fault.facts.detail).toBe(`engine: manifest unknown (${registry.repository}:absent)`);
});

test('a registry that does not answer is a failed pull', async () => {
  const { code, fault } = await startOf(pulled(`${host.gateway}:1/dibs-test/layers:1`));
  expect(code).toBe('pull_failed');
  expect(fault.facts.detail).toContain('connection refused');
});

test('a pull that was called off ends at once', async () => {
  const other = await startRegistry(host.gateway);
  const control = new AbortController();
  const spec = specOf(pulled(`${other.repository}:${other.tag}`));
  const { code } = await faultOf(spawner.start(spec, () => control.abort(), control.signal));
  expect(code).toBe('aborted');
  expect(await spawner.observe(never)).toEqual([]);
  await other.stop();
});

test('an engine that goes away during a pull is a fault, not its end', async () => {
  const other = await startRegistry(host.gateway);
  const spec = specOf(pulled(`${other.repository}:${other.tag}`));
  let restarted: Promise<void> | null = null;
  const onProgress = () => {
    restarted ??= host.restartEngine();
  };
  const { code } = await faultOf(spawner.start(spec, onProgress, never));
  expect(['pull_failed', 'host_unreachable']).toContain(code);
  await restarted;
  await other.stop();
});

test('a registry that breaks off is a failed pull', async () => {
  const other = await startRegistry(host.gateway);
  other.breakBlobs();
  const { code } = await startOf(pulled(`${other.repository}:${other.tag}`));
  expect(code).toBe('pull_failed');
  await other.stop();
});

test("an image is built step by step, and /workspace is the session's even where it has none", async () => {
  for (const [name, text] of Object.entries(leastImage)) await writeFile(join(folder, name), text);
  const reference = `dibs-test/built:${randomUUID()}`;
  const spec = specOf({
    name: 'built',
    reference,
    build: { BASE: host.probeImage },
    cuda: null,
    compute: null,
  });
  const seen: StartProgress[] = [];
  const { url } = await spawner.start(spec, (progress) => seen.push(progress), never);
  expect(await fetchStatus(url, spec.token)).toBe(200);
  expect(seen.filter(({ stage }) => stage === 'building')).toEqual(
    [1, 2, 3, 4].map((step) => ({ stage: 'building', step, steps: 4 })),
  );
  const inside = createInside(host);
  await inside.writeFile(spec.sessionId, 'notes.txt', 'mine');
  expect(await inside.readFile(spec.sessionId, 'notes.txt')).toBe('mine');
});

test('starts at once share one build', async () => {
  const marker = randomUUID();
  await writeFile(join(folder, 'Dockerfile'), `ARG BASE\nFROM \${BASE}\nENV MARKER=${marker}\n`);
  const reference = `dibs-test/built:${marker}`;
  const image = {
    name: 'built',
    reference,
    build: { BASE: host.probeImage },
    cuda: null,
    compute: null,
  };
  const events = followImageEvents('tag');
  const seen: StartProgress[][] = [[], [], []];
  await Promise.all(seen.map((own) => startOf(image, own)));
  for (const own of seen) expect(own).toContainEqual({ stage: 'building', step: 3, steps: 3 });
  expect(await events.countOf(reference)).toBe(1);
});

test('a build that fails says which command, and what it printed', async () => {
  await writeFile(
    join(folder, 'Dockerfile'),
    `ARG BASE\nFROM \${BASE}\nRUN echo no wheel; exit 3\n`,
  );
  const image = {
    name: 'broken',
    reference: 'dibs-test/broken:1',
    build: { BASE: host.probeImage },
    cuda: null,
    compute: null,
  };
  const { code, fault } = await startOf(image);
  expect(code).toBe('pull_failed');
  expect(fault.facts.detail).toContain('non-zero code: 3');
  expect(fault.facts.logTail).toContain('no wheel');
});
