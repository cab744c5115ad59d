import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { toTar } from '../../adapters/docker/tar.ts';
import type { Image } from '../../core/ports.ts';
import { IMAGES } from './images-folder.ts';

export type StandInImages = { image: Image; probeImage: string };

const SCRIPT = join(import.meta.dirname, 'gpu-host', 'session-base.sh');
const SUITE = 'trixie';
/** What is in images/ beside the sources of an image. */
const ELSE = /^(README\.md|catalogue\.yaml|pin|.*\.in)$/;
/** How many versions of an image an engine keeps: checkouts of several may take turns. */
const KEPT = 3;

/**
 * Puts the product's own session image on an engine: images/Dockerfile on a Debian base instead of
 * PyTorch's. An engine builds it once (two to four minutes) and keeps it for whatever comes after, in
 * whatever checkout; tags carry a hash of what the images are made of.
 */
export async function bringStandInImage(docker: Docker): Promise<StandInImages> {
  const [script, sources] = [await readFile(SCRIPT, 'utf8'), await readSources()];
  const baseTag = hashOf([script, SUITE]);
  const tag = hashOf([baseTag, ...sources.flatMap(({ path, text }) => [path, text])]);
  const probeImage = `dibs-test/base:${baseTag}`;
  const reference = `dibs-test/session:${tag}`;
  const image = { name: 'pytorch', reference, build: null, cuda: null, compute: null };
  const images = { image, probeImage };
  if (await has(docker, image.reference)) return images;
  if (!(await has(docker, probeImage))) await importBase(docker, baseTag);
  await buildImage(docker, images, sources);
  await removeEarlier(docker);
  return images;
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
  const inspected = docker.getImage(reference).inspect();
  return inspected.then(
    () => true,
    () => false,
  );
}

async function importBase(docker: Docker, tag: string): Promise<void> {
  const script = spawn(SCRIPT, [SUITE]);
  const [ended, printed] = [once(script, 'exit'), text(script.stderr)];
  const name = { repo: 'dibs-test/base', tag };
  const imports = docker.importImage(script.stdout, name).then((stream) => settled(docker, stream));
  const [imported] = await Promise.allSettled([imports]);
  const [[code], words] = await Promise.all([ended, printed]);
  if (code === 0 && imported.status === 'fulfilled') return;
  // A part of a file system is an image too.
  if (imported.status === 'fulfilled') await docker.getImage(`dibs-test/base:${tag}`).remove();
  throw new Error(`the base was not made:\n${words.slice(-2000)}`, { cause: imported });
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

async function removeEarlier(docker: Docker): Promise<void> {
  for (const reference of ['dibs-test/session', 'dibs-test/base']) {
    const found = await docker.listImages({ filters: { reference: [reference] } });
    const earlier = found.toSorted((a, b) => b.Created - a.Created).slice(KEPT);
    for (const { Id } of earlier) await docker.getImage(Id).remove({ force: true });
  }
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
