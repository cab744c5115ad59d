import { readdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Fault } from '../../core/fault.ts';
import type { Image, StartProgress } from '../../core/ports.ts';
import type { Connection } from './connection.ts';
import { toStreamFault } from './faults.ts';
import { followProgress } from './progress-stream.ts';

/** A step that installs packages may be silent for minutes. */
const IDLE_SECONDS = 900;

/** Builds a catalogue image from the folder with its Dockerfile. Throws pull_failed or disk_full. */
export async function build(
  connection: Connection,
  { folder, image }: { folder: string; image: Image },
  { onProgress, signal }: { onProgress(progress: StartProgress): void; signal: AbortSignal },
): Promise<void> {
  const { docker, hostName } = connection;
  const src = await readdir(folder);
  const printed: string[] = [];
  const open = async (abortSignal: AbortSignal) => {
    const options = { t: image.reference, buildargs: { ...image.build }, abortSignal };
    return (await docker.buildImage({ context: folder, src }, options)) as Readable;
  };
  await followProgress(
    connection,
    { open, idleSeconds: IDLE_SECONDS },
    {
      signal,
      onLine(line) {
        if (line.error)
          throw withPrinted(toStreamFault(line.error, hostName, 'pull_failed'), printed);
        if (line.stream) printed.push(line.stream);
        const [, step, steps] = /^Step (\d+)\/(\d+) /.exec(line.stream ?? '') ?? [];
        if (step) onProgress({ stage: 'building', step: Number(step), steps: Number(steps) });
      },
    },
  );
}

const TAIL_LINES = 20;

/** The engine names the command that failed; what that printed came before. */
function withPrinted(fault: Fault, printed: readonly string[]): Fault {
  const logTail = printed.join('').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  return new Fault(fault.code, { ...fault.facts, logTail });
}
