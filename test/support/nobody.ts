import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type User = { uid: number; gid: number };

/** A user of every system who owns nothing and may nothing that others may not. */
export async function nobody(): Promise<User> {
  const idOf = async (which: '-u' | '-g') =>
    Number((await promisify(execFile)('id', [which, 'nobody'])).stdout);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}
