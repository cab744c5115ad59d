import type { Readable } from 'node:stream';
import { Fault } from '../../core/fault.ts';
import type { Connection } from './connection.ts';

export type Ran = { exitCode: number; stdout: string; stderr: string };

const MAX_OUTPUT_BYTES = 1_000_000;

/**
 * Runs a program inside a running container. A program that hangs outlives the abandoned call, so
 * give it a `timeout` of its own.
 */
export function exec(
  { docker, call, hostName }: Connection,
  container: {
    id: string;
    command: readonly string[];
    environment?: readonly string[];
    limitSeconds?: number;
  },
  signal: AbortSignal,
): Promise<Ran> {
  return call(
    signal,
    async (abortSignal) => {
      const created = await docker.getContainer(container.id).exec({
        Cmd: [...container.command],
        Env: [...(container.environment ?? [])],
        AttachStdout: true,
        AttachStderr: true,
        abortSignal,
      });
      const stream = await created.start({ hijack: false, stdin: false, abortSignal });
      const output = demultiplex(await contentOf(stream, abortSignal));
      const { ExitCode, Running } = await created.inspect({ abortSignal });
      // The stream ends cleanly, as if all were done, when the engine goes away.
      if (Running || ExitCode === null) {
        throw new Fault('host_unreachable', {
          host: hostName,
          detail: `${hostName}: it went away`,
        });
      }
      return { exitCode: ExitCode, ...output };
    },
    container.limitSeconds,
  );
}

/** All that the engine streams, up to the limit. */
export async function contentOf(stream: Readable, signal: AbortSignal): Promise<Buffer> {
  const abandon = () => stream.destroy(new Error('abandoned'));
  signal.addEventListener('abort', abandon, { once: true });
  // It may break off once more after it was left.
  stream.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(Buffer.from(chunk));
      size += chunk.length;
      if (size > MAX_OUTPUT_BYTES) break;
    }
  } finally {
    signal.removeEventListener('abort', abandon);
  }
  return Buffer.concat(chunks);
}

/** Frames of 8 bytes (stream number, three zeros, length) before each piece, per the engine's API. */
export function demultiplex(content: Buffer): { stdout: string; stderr: string } {
  const pieces: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  let at = 0;
  while (at + 8 <= content.length) {
    const length = content.readUInt32BE(at + 4);
    const name = content.readUInt8(at) === 2 ? 'stderr' : 'stdout';
    pieces[name].push(content.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return {
    stdout: Buffer.concat(pieces.stdout).toString(),
    stderr: Buffer.concat(pieces.stderr).toString(),
  };
}
