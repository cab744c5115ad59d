import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import type { ConnectionOptions } from '../../adapters/docker/connection.ts';
import { createDockerSpawner } from '../../adapters/docker/spawner.ts';
import type { Image } from '../../core/ports.ts';
import { IMAGES } from './images-folder.ts';

/** A host for the spawner contract, be it a stand-in or a machine with GPUs indeed. */
export type EngineHost = {
  name: string;
  connection: ConnectionOptions;
  address: string;
  bindAddress: string;
  docker: Docker;
  image: Image;
  probeImage: string;
  gpus: readonly { uuid: string }[];
};

/**
 * The host that DIBS_TEST_DOCKER_HOST names: `unix:///var/run/docker.sock`, or `tcp://ada:2376` with
 * the certificates of DOCKER_CERT_PATH. It needs two GPUs. Sessions run DIBS_TEST_IMAGE where that
 * is set, else the product's image, which the first start builds.
 */
export async function openRealHost(where: string): Promise<EngineHost> {
  const url = new URL(where);
  const isSocket = url.protocol === 'unix:';
  const connection = isSocket ? { socketPath: url.pathname } : await overTcp(url);
  const reference = process.env['DIBS_TEST_IMAGE'];
  const host = {
    name: 'real',
    connection,
    address: isSocket ? '127.0.0.1' : url.hostname,
    bindAddress: isSocket ? '127.0.0.1' : '0.0.0.0',
    docker: new Docker(isSocket ? connection : { protocol: 'https', ...connection }),
    image: {
      name: 'pytorch',
      reference: reference ?? 'dibs/pytorch-cuda:test',
      build: reference ? null : {},
      cuda: null,
      compute: null,
    },
    probeImage: process.env['DIBS_TEST_PROBE_IMAGE'] ?? 'debian:stable-slim',
  };
  return { ...host, gpus: await readGpus(host) };
}

async function overTcp(url: URL): Promise<ConnectionOptions> {
  const folder = process.env['DOCKER_CERT_PATH'] ?? '';
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const [ca = '', cert = '', key = ''] = await Promise.all(
    ['ca', 'cert', 'key'].map((name) => read(`${name}.pem`)),
  );
  return { host: url.hostname, port: Number(url.port || 2376), ca, cert, key };
}

async function readGpus(host: Omit<EngineHost, 'gpus'>) {
  const spawner = createDockerSpawner({
    ...host,
    hostName: host.name,
    installationId: randomUUID(),
    imagesFolder: IMAGES,
    loginFor: async () => null,
  });
  const { devices } = await spawner.inventory(AbortSignal.timeout(300_000));
  await spawner.close();
  if (devices.length < 2) throw new Error(`${host.address} has ${devices.length} GPUs, not two`);
  return devices;
}
