import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Secret, secretOf } from '../core/secret.ts';
import { ConfigMistakes } from './config.ts';

const loginFile = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});

/** `user:password` that `docker login` left for an image's registry; null: it left none. */
export async function loginFor(
  reference: string,
  settingsFolder: string | null,
): Promise<Secret | null> {
  const registry = registryOf(reference);
  const folder = settingsFolder ?? join(homedir(), '.docker');
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => '{}');
  const { auths, credsStore, credHelpers } = readLogins(text, folder);
  const { auth } = auths[registry] ?? auths[`https://${registry}`] ?? {};
  if (auth) return secretOf(Buffer.from(auth, 'base64').toString());
  // It is asked by a program of its own, which `docker push` knows to run.
  if (credsStore !== undefined || credHelpers?.[registry] !== undefined)
    throw new ConfigMistakes([
      `Docker keeps the login for ${registry} in a credential store. Push with: docker push ${reference}`,
    ]);
  return null;
}

/** Docker Hub's is the one that is not named, and it has an address of its own in the file. */
function registryOf(reference: string): string {
  const [first = ''] = reference.split('/');
  const isNamed = reference.includes('/') && /[.:]|^localhost$/.test(first);
  return isNamed && first !== 'docker.io' ? first : 'index.docker.io/v1/';
}

function readLogins(text: string, folder: string): z.output<typeof loginFile> {
  try {
    return loginFile.parse(JSON.parse(text));
  } catch {
    throw new ConfigMistakes([`${join(folder, 'config.json')} is not what docker login writes.`]);
  }
}
