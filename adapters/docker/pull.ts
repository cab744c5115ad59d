import type { Readable } from 'node:stream';
import { Fault } from '../../core/fault.ts';
import type { StartProgress } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { Connection } from './connection.ts';
import { statusOf, toStreamFault } from './faults.ts';
import { authOf } from './login.ts';
import { followProgress } from './progress-stream.ts';

const IDLE_SECONDS = 120;

/**
 * Pulls an image, telling bytes done of bytes known. Throws image_missing when the registry knows
 * no such image or tag, else pull_failed or disk_full.
 */
export async function pull(
  connection: Connection,
  { reference, login }: { reference: string; login: Secret | null },
  { onProgress, signal }: { onProgress(progress: StartProgress): void; signal: AbortSignal },
): Promise<void> {
  const { docker, hostName } = connection;
  const layers = new Map<string, Layer>();
  const authconfig = login === null ? {} : { authconfig: authOf(login, reference) };
  const open = async (abortSignal: AbortSignal) =>
    (await docker.pull(reference, { ...authconfig, abortSignal })) as Readable;
  try {
    await followProgress(
      connection,
      { open, idleSeconds: IDLE_SECONDS },
      {
        signal,
        onLine(line) {
          if (line.error) throw toStreamFault(line.error, hostName, 'pull_failed');
          if (advance(layers, line)) onProgress(summarise(layers));
        },
      },
    );
  } catch (error) {
    throw toPullFault(error, reference);
  }
}

type Layer = { doneBytes: number; totalBytes: number };
type LayerLine = {
  id?: string | undefined;
  status?: string | undefined;
  progressDetail?: { current?: number | undefined; total?: number | undefined } | undefined;
};

/** Takes one line in; true where it changed what is known. A layer may begin anew. */
function advance(layers: Map<string, Layer>, { id, status, progressDetail }: LayerLine): boolean {
  if (id === undefined) return false;
  const layer = layers.get(id);
  if (status === 'Downloading' && progressDetail?.total) {
    const { current = 0, total } = progressDetail;
    layers.set(id, { doneBytes: Math.min(current, total), totalBytes: total });
    return true;
  }
  if (status === 'Download complete' && layer) {
    layers.set(id, { ...layer, doneBytes: layer.totalBytes });
    return true;
  }
  return false;
}

/** Never all of it: layers are still to be unpacked, and more may be announced. */
function summarise(layers: Map<string, Layer>): StartProgress {
  let doneBytes = 0;
  let totalBytes = 0;
  for (const layer of layers.values()) {
    doneBytes += layer.doneBytes;
    totalBytes += layer.totalBytes;
  }
  return { stage: 'pulling', doneBytes: Math.min(doneBytes, totalBytes - 1), totalBytes };
}

/** What the engine refuses while it pulls is the registry's trouble; it does not say which image. */
function toPullFault(error: unknown, reference: string): unknown {
  if (!(error instanceof Fault)) return error;
  const { code, facts } = error;
  if (code === 'aborted' || code === 'host_unreachable') return error;
  const otherwise = statusOf(error) === 404 ? 'image_missing' : 'pull_failed';
  const detail = `${facts.detail} (${reference})`;
  return new Fault(code === 'engine_refused' ? otherwise : code, { ...facts, detail }, error);
}
