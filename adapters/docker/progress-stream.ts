import type { Readable } from 'node:stream';
import { z } from 'zod';
import { Fault } from '../../core/fault.ts';
import type { Connection } from './connection.ts';

/** One line of what the engine streams while it pulls or builds. */
const progressLine = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  stream: z.string().optional(),
  progressDetail: z
    .object({ current: z.number().optional(), total: z.number().optional() })
    .optional(),
  error: z.string().optional(),
});

export type ProgressLine = z.infer<typeof progressLine>;

/**
 * Opens a stream of progress and hands on its lines until it ends. Long work has no limit as a
 * whole, but may not be silent for longer than `idleSeconds`.
 */
export async function followProgress(
  { call, hostName }: Connection,
  work: { open(signal: AbortSignal): Promise<Readable>; idleSeconds: number },
  { onLine, signal }: { onLine(line: ProgressLine): void; signal: AbortSignal },
): Promise<void> {
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  const timer = setTimeout(() => silence.abort(), work.idleSeconds * 1000);
  try {
    const stream = await call(either, (opening) => openQuietly(work, opening), work.idleSeconds);
    either.addEventListener('abort', () => stream.destroy(new Error('abandoned')), { once: true });
    for await (const line of linesOf(stream)) {
      timer.refresh();
      if (line.trim() !== '') onLine(progressLine.parse(JSON.parse(line)));
    }
    either.throwIfAborted();
  } catch (error) {
    if (signal.aborted) throw new Fault('aborted', { host: hostName }, error);
    if (error instanceof Fault && error.code !== 'aborted') throw error;
    const detail = silence.signal.aborted
      ? `${hostName}: no progress for ${work.idleSeconds} s`
      : `${hostName}: the engine broke off`;
    throw new Fault('pull_failed', { host: hostName, detail }, error);
  } finally {
    clearTimeout(timer);
  }
}

/** A stream that arrives after the call was abandoned has nobody to hear that it breaks off. */
async function openQuietly(
  work: { open(signal: AbortSignal): Promise<Readable> },
  signal: AbortSignal,
) {
  const stream = await work.open(signal);
  return stream.on('error', () => undefined);
}

/** Not readline's: that does not hand on the stream's errors. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
