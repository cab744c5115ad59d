import type { Readable } from 'node:stream';
import { Fault } from '../../core/fault.ts';
import type { Secret } from '../../core/secret.ts';
import type { Connection } from './connection.ts';
import { statusOf, toStreamFault } from './faults.ts';
import { authOf } from './login.ts';
import { followProgress } from './progress-stream.ts';

const IDLE_SECONDS = 300;

/**
 * Pushes an image that the engine has. `login` is `user:password` for its registry; null: none is
 * needed. Throws image_missing where it was not built there, else pull_failed with what was said.
 */
export async function push(
  connection: Connection,
  { reference, login }: { reference: string; login: Secret | null },
  signal: AbortSignal,
): Promise<void> {
  const { docker, hostName } = connection;
  const authconfig = authOf(login, reference);
  const open = async (abortSignal: AbortSignal) =>
    (await docker.getImage(reference).push({ authconfig, abortSignal })) as Readable;
  try {
    await followProgress(
      connection,
      { open, idleSeconds: IDLE_SECONDS },
      {
        signal,
        onLine(line) {
          if (line.error) throw toStreamFault(line.error, hostName, 'pull_failed');
        },
      },
    );
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    const detail = `${hostName}: ${reference} is not there: build it first`;
    throw new Fault('image_missing', { host: hostName, detail }, error);
  }
}
