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
  const mistakes: string[] = [];
  const read = async (file: string) => {
    const path = join(tls ?? '.', file);
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      mistakes.push(`hosts: ${name}: tls: ${whyUnread(error, path)}`);
      return '';
    }
  };
  const [ca = '', cert = '', key = ''] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map(read),
  );
  if (mistakes.length > 0) throw new ConfigMistakes(mistakes.sort());
  return { host, port: Number(port || 2376), ca, cert, key };
}

function whyUnread(error: unknown, path: string): string {
  const isThere = !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  if (!isThere) return `there is no ${path}`;
  return `${path} cannot be read: give this user (${process.getuid?.()}) leave`;
}
