import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, ConfigMistakes } from './config.ts';

type ConfiguredHost = NonNullable<Config['hosts']>[number];

/** How to reach a host's engine, with what its certificates hold. */
export async function engineAt({
  name,
  docker,
  tls,
}: Pick<ConfiguredHost, 'name' | 'docker' | 'tls'>) {
  if (docker.startsWith('unix://')) return { socketPath: docker.slice('unix://'.length) };
  const { hostname: host, port } = new URL(docker);
  const read = (file: string) =>
    readFile(join(tls ?? '.', file), 'utf8').catch(() => {
      throw new ConfigMistakes([`hosts: ${name}: tls: there is no ${join(tls ?? '.', file)}`]);
    });
  const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map(read));
  return { host, port: Number(port || 2376), ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
}
