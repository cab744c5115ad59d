import { z } from 'zod';
import type { Connection } from './connection.ts';
import { basePath, type HostFacts } from './container-spec.ts';
import { createImageFetch, type FetchImage } from './image-fetch.ts';
import type { LoginFor } from './login.ts';

export type HostOptions = {
  installationId: string;
  /** Host name or address that URLs carry. */
  address: string;
  /** The host's own address that published ports are bound to. */
  bindAddress: string;
  /** Absolute path of the folder with the product's Dockerfile. */
  imagesFolder: string;
  /** `user:password` for the registry of an image; null: it wants none. */
  loginFor: LoginFor;
};

/** One engine and what we need to know of its machine. */
export type Host = {
  connection: Connection;
  installationId: string;
  fetchImage: FetchImage;
  /** Asked once: a machine's size does not change while its engine is connected. */
  facts(signal: AbortSignal): Promise<HostFacts>;
  loginFor: LoginFor;
  /** Host name or address by which people reach it. */
  address: string;
  urlOf(port: number, sessionName: string): string;
};

export function createHost(connection: Connection, options: HostOptions): Host {
  const { installationId, address, bindAddress, imagesFolder, loginFor } = options;
  let known: HostFacts | null = null;
  return {
    connection,
    installationId,
    address,
    loginFor,
    fetchImage: createImageFetch(connection, { imagesFolder, loginFor }),
    async facts(signal) {
      if (known) return known;
      const { cpus, memoryBytes } = await readEngine(connection, signal);
      known = { installationId, cpus, memoryBytes, bindAddress };
      return known;
    },
    urlOf(port, sessionName) {
      const name = address.includes(':') ? `[${address}]` : address;
      return `http://${name}:${port}${basePath(sessionName)}`;
    },
  };
}

const engineInfo = z.object({ NCPU: z.number(), MemTotal: z.number(), ServerVersion: z.string() });

/** The published types of `info` do not know the signal that it takes. */
type Informing = { info(options: { abortSignal: AbortSignal }): Promise<unknown> };

export async function readEngine({ docker, call }: Connection, signal: AbortSignal) {
  const informing: Informing = docker;
  const told = engineInfo.parse(
    await call(signal, (abortSignal) => informing.info({ abortSignal })),
  );
  return {
    engine: `docker ${told.ServerVersion}`,
    cpus: told.NCPU,
    memoryBytes: told.MemTotal,
  };
}
