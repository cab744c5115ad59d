import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { toTar } from '../../adapters/docker/tar.ts';
import type { Image } from '../../core/ports.ts';

export type StandInImages = { image: Image; probeImage: string };

const ROOT = join(import.meta.dirname, '..', '..');
const CACHE = join(ROOT, 'test', '.cache');
const SUITE = 'trixie';
const PACKAGES = ['jupyterlab', 'python3-ipykernel', 'git', 'procps', 'ca-certificates'];
const run = promisify(execFile);

/**
 * Puts the stand-in for pytorch-cuda on an engine: Debian's JupyterLab with the product's own
 * entrypoint. The root file system is made once for all engines (two minutes) and imported once for
 * each (twenty seconds); tags carry a hash of what they are made of.
 */
export async function bringStandInImage(docker: Docker): Promise<StandInImages> {
  const sources = await readSources();
  const rootTag = hashOf([SUITE, ...PACKAGES]);
  const probeImage = `dibs-test/rootfs:${rootTag}`;
  const reference = `dibs-test/pytorch-cuda:${hashOf([rootTag, ...sources.map(({ text }) => text)])}`;
  const image = { name: 'pytorch', reference, build: null };
  if (await has(docker, reference)) return { image, probeImage };
  if (!(await has(docker, probeImage))) {
    const tar = createReadStream(await makeRootFileSystem(rootTag));
    await settled(
      docker,
      await docker.importImage(tar, { repo: 'dibs-test/rootfs', tag: rootTag }),
    );
  }
  const context = toTar(
    sources.map(({ name, text }) => ({ path: name, mode: 0o755, owner: 0, text })),
  );
  const options = { t: reference, buildargs: { BASE: probeImage } };
  await settled(docker, await docker.buildImage(Readable.from([context]), options));
  return { image, probeImage };
}

async function readSources() {
  const paths = [
    'test/support/gpu-host/image/Dockerfile',
    'images/start.sh',
    'images/jupyter_server_config.py',
  ];
  return Promise.all(
    paths.map(async (path) => ({
      name: path.replace(/.*\//, ''),
      text: await readFile(join(ROOT, path), 'utf8'),
    })),
  );
}

function hashOf(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);
}

async function has(docker: Docker, reference: string): Promise<boolean> {
  return docker
    .getImage(reference)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

/** Under a lock, as suites of several processes may find it absent at once. */
async function makeRootFileSystem(tag: string): Promise<string> {
  const path = join(CACHE, `rootfs-${tag}.tar`);
  await mkdir(CACHE, { recursive: true });
  const make = [
    `[ -f "$1" ] || { mmdebstrap --variant=minbase --include="$2"`,
    // Importing JupyterLab runs `node` where it finds one, which costs 0.4 s at each start.
    `--customize-hook='rm -f "$1/usr/bin/node"'`,
    `--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*'`,
    `"$3" "$1.part.tar" && mv "$1.part.tar" "$1"; }`,
  ].join(' ');
  await run('flock', [join(CACHE, 'lock'), 'sh', '-c', make, 'make', path, PACKAGES.join(), SUITE]);
  return path;
}

/** Awaits the end of a stream of progress, in which the engine also reports what went wrong. */
function settled(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, lines: { error?: string }[]) => {
      const complaint = lines?.find((line) => line.error)?.error;
      if (error) reject(error);
      else if (complaint) reject(new Error(complaint));
      else resolve();
    });
  });
}
