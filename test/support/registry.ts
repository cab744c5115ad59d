import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { toTar } from '../../adapters/docker/tar.ts';

/** A registry with one image of a few layers that engines can pull, at a pace that can be seen. */
export type Registry = {
  /** `10.210.1.1:40123/dibs-test/layers`, to which a tag is added. */
  repository: string;
  tag: string;
  /** From now on blobs break off in the middle. */
  breakBlobs(): void;
  stop(): Promise<void>;
};

const LAYERS = 3;
const LAYER_BYTES = 2_000_000;
const CHUNK_BYTES = 100_000;
const CHUNK_PAUSE_MILLISECONDS = 20;
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

type Content = { bytes: Buffer; type: string };

/** Serves the parts of the registry API (v2) that a pull asks for, on one address of this machine. */
export async function startRegistry(address: string): Promise<Registry> {
  const tag = 'three-layers';
  const contents = makeImage(tag);
  let breaking = false;
  const server = createServer((request, response) => {
    const [, , name = ''] = /^\/v2\/.*\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? [];
    const content = contents.get(name);
    if (request.url === '/v2/') response.end('{}');
    else if (!content) notFound(response);
    else if (request.method === 'HEAD') response.writeHead(200, headersOf(content)).end();
    else void send(response, content, breaking && content.type !== MANIFEST);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('the registry has no port');
  return {
    repository: `${address}:${at.port}/dibs-test/layers`,
    tag,
    breakBlobs() {
      breaking = true;
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function notFound(response: ServerResponse): void {
  const errors = [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }];
  response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
}

function headersOf({ bytes, type }: Content) {
  return {
    'content-type': type,
    'content-length': bytes.length,
    'docker-content-digest': digestOf(bytes),
  };
}

async function send(response: ServerResponse, content: Content, broken: boolean): Promise<void> {
  response.writeHead(200, headersOf(content));
  const limit = broken ? content.bytes.length / 2 : content.bytes.length;
  for (let at = 0; at < limit; at += CHUNK_BYTES) {
    response.write(content.bytes.subarray(at, at + CHUNK_BYTES));
    if (content.bytes.length > CHUNK_BYTES) await pause(CHUNK_PAUSE_MILLISECONDS);
  }
  if (broken) response.destroy();
  else response.end();
}

/** By tag and by digest: the manifest, the configuration and the layers. */
function makeImage(tag: string): Map<string, Content> {
  const tars = Array.from({ length: LAYERS }, (_, index) => makeLayer(`layer-${index}`));
  const layers = tars.map((tar) => gzipSync(tar, { level: 1 }));
  const rootfs = { type: 'layers', diff_ids: tars.map(digestOf) };
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Cmd: ['nothing'] }, rootfs }),
  );
  const describe = (bytes: Buffer, mediaType: string) => ({
    mediaType: `application/vnd.docker.${mediaType}`,
    size: bytes.length,
    digest: digestOf(bytes),
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: describe(config, 'container.image.v1+json'),
      layers: layers.map((layer) => describe(layer, 'image.rootfs.diff.tar.gzip')),
    }),
  );
  const blobs = [config, ...layers].map((bytes) => ({ bytes, type: 'application/octet-stream' }));
  const all = [...blobs, { bytes: manifest, type: MANIFEST }];
  const byDigest = all.map((content) => [digestOf(content.bytes), content] as const);
  return new Map([...byDigest, [tag, { bytes: manifest, type: MANIFEST }]]);
}

/** Random, so that it does not shrink and no engine has it already. */
function makeLayer(name: string): Buffer {
  const text = randomBytes(LAYER_BYTES / 2).toString('hex');
  return toTar([{ path: name, mode: 0o644, owner: 0, text }]);
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
