import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { toTar } from '../../adapters/docker/tar.ts';
import type { Image } from '../../core/ports.ts';
import { IMAGES } from './images-folder.ts';

export type StandInImages = { image: Image; probeImage: string };

const CACHE = join(import.meta.dirname, '..', '.cache');
const SCRIPT = join(import.meta.dirname, 'gpu-host', 'session-base.sh');
const SUITE = 'trixie';
/** What is in images/ beside the sources of an image. */
const ELSE = /^(README\.md|catalogue\.yaml|pin|.*\.in)$/;
const run = promisify(execFile);

/**
 * Puts the product's own session image on an engine: images/Dockerfile on a Debian base instead of
 * PyTorch's. It is built once on a machine (three to four minutes) and loaded by every other engine
 * (twenty seconds); tags carry a hash of what the images are made of.
 */
export async function bringStandInImage(docker: Docker): Promise<StandInImages> {
  const [script, sources] = [await readFile(SCRIPT, 'utf8'), await readSources()];
  const baseTag = hashOf([script, SUITE]);
  const tag = hashOf([baseTag, ...sources.flatMap(({ path, text }) => [path, text])]);
  const probeImage = `dibs-test/base:${baseTag}`;
  const reference = `dibs-test/session:${tag}`;
  const image = { name: 'pytorch', reference, build: null, cuda: null, compute: null };
  const found = { image, probeImage };
  if (await has(docker, image.reference)) return found;
  await mkdir(CACHE, { recursive: true });
  const saved = join(CACHE, `session-${tag}.tar`);
  if (await isThere(saved)) {
    await settled(docker, await docker.loadImage(createReadStream(saved)));
    return found;
  }
  if (!(await has(docker, probeImage))) await importBase(docker, baseTag);
  await buildImage(docker, found, sources);
  await save(docker, found, saved);
  return found;
}

async function readSources() {
  const names = (await readdir(IMAGES)).filter((name) => !ELSE.test(name)).toSorted();
  return Promise.all(
    names.map(async (path) => ({ path, text: await readFile(join(IMAGES, path), 'utf8') })),
  );
}

function hashOf(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);
}

function has(docker: Docker, reference: string): Promise<boolean> {
  return succeeds(docker.getImage(reference).inspect());
}

function isThere(path: string): Promise<boolean> {
  return succeeds(access(path));
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** Made under a lock, as processes may find it absent at once. */
async function importBase(docker: Docker, tag: string): Promise<void> {
  const path = join(CACHE, `base-${tag}.tar`);
  await run('flock', [join(CACHE, 'lock'), SCRIPT, path, SUITE]);
  const tar = createReadStream(path);
  await settled(docker, await docker.importImage(tar, { repo: 'dibs-test/base', tag }));
}

async function buildImage(
  docker: Docker,
  { image, probeImage }: StandInImages,
  sources: readonly { path: string; text: string }[],
): Promise<void> {
  const context = toTar(sources.map((source) => ({ ...source, mode: 0o644, owner: 0 })));
  const buildargs = { ...proxies(), BASE: probeImage, PYTORCH: '2.9.0', CUDA: '12.8' };
  const options = { t: image.reference, buildargs };
  await settled(docker, await docker.buildImage(Readable.from([context]), options));
}

/** Which leads out of this machine, if any; engines know these arguments and keep none of them. */
function proxies(): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

/** Both, for the next engine; that of an earlier image is of no use any more. */
async function save(docker: Docker, images: StandInImages, path: string): Promise<void> {
  const earlier = (await readdir(CACHE)).filter((name) => /^session-.*\.tar/.test(name));
  const names = [images.image.reference, images.probeImage];
  const part = `${path}.${process.pid}`;
  await pipeline(await saveImages(docker, names), createWriteStream(part));
  await rename(part, path);
  await Promise.all(earlier.map((name) => rm(join(CACHE, name), { force: true })));
}

/** Several at once, which dockerode has no call for. */
function saveImages(docker: Docker, names: readonly string[]): Promise<NodeJS.ReadableStream> {
  // The library cuts off what a query ends with.
  const query = names.map((name) => `names=${encodeURIComponent(name)}&`).join('');
  const options = {
    path: `/images/get?${query}`,
    method: 'GET',
    isStream: true,
    statusCodes: { 200: true, 500: 'server error' },
  };
  return new Promise((resolve, reject) => {
    docker.modem.dial(options, (error, stream) => {
      if (error) reject(error);
      else resolve(stream as NodeJS.ReadableStream);
    });
  });
}

/** Awaits the end of a stream of progress, in which the engine also reports what went wrong. */
function settled(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, lines: { error?: string; stream?: string }[]) => {
      const complaint = lines?.find((line) => line.error)?.error;
      const printed = (lines ?? []).map((line) => line.stream ?? '').join('');
      if (error) reject(error);
      else if (complaint) reject(new Error(`${complaint}\n${printed.slice(-2000)}`));
      else resolve();
    });
  });
}
