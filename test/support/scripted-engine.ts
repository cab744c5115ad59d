import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection } from '../../adapters/docker/connection.ts';
import { createHost } from '../../adapters/docker/host.ts';
import { type EngineAnswer, frameOf, sendAnswer } from './engine-answers.ts';

export type AskedOfEngine = {
  /** `POST /containers/create?name=x`. */
  line: string;
  headers: IncomingHttpHeaders;
  body: string;
};

export type ScriptedEngine = Awaited<ReturnType<typeof startScriptedEngine>>;

export const installationId = '0190c7a4-0000-7000-8000-00000000abcd';

/**
 * A Docker engine that answers as a test tells it to, on a socket, and remembers what it was asked.
 * What a real one does is for `test/engine`; this is for what a real one does once in a year.
 */
export async function startScriptedEngine() {
  const folder = await mkdtemp(join(tmpdir(), 'dibs-engine-'));
  const socketPath = join(folder, 'docker.sock');
  const asked: AskedOfEngine[] = [];
  const script: { pattern: RegExp; answer: (asked: AskedOfEngine) => EngineAnswer }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const line = decodeURIComponent(`${request.method} ${request.url}`);
      const one = { line, headers: request.headers, body: Buffer.concat(chunks).toString() };
      asked.push(one);
      const found = script.findLast(({ pattern }) => pattern.test(line));
      const answer = found?.answer(one) ?? { status: 500, message: `${line} is not in the script` };
      sendAnswer(response, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const connection: Connection = createConnection('ada', { socketPath });
  const host = createHost(connection, {
    installationId,
    address: '127.0.0.1',
    bindAddress: '127.0.0.1',
    imagesFolder: folder,
    loginFor: async () => null,
  });
  const lines = (pattern = /./) =>
    asked.flatMap(({ line }) => (pattern.test(line) ? [line.replace(/\?.*/, '')] : []));
  return {
    connection,
    /** Where its images are built from, and its socket is. */
    folder,
    host,
    asked,
    /** What was asked, without the queries. */
    lines,
    /** The last that fits is what counts. */
    on(pattern: RegExp, answer: EngineAnswer | ((asked: AskedOfEngine) => EngineAnswer)): void {
      script.push({
        pattern,
        answer: typeof answer === 'function' ? (answer as never) : () => answer,
      });
    },
    /** Runs what it is asked to run in any container, with this outcome. */
    runs(outcome: {
      exitCode?: number | null;
      stdout?: string;
      stderr?: string;
      isRunning?: boolean;
    }) {
      const { exitCode = 0, stdout = '', stderr = '', isRunning = false } = outcome;
      this.on(/^POST \/containers\/\w+\/exec$/, { Id: 'run' });
      this.on(/^POST \/exec\/run\/start$/, Buffer.concat([frameOf(1, stdout), frameOf(2, stderr)]));
      this.on(/^GET \/exec\/run\/json$/, { ExitCode: exitCode, Running: isRunning });
    },
    async close() {
      connection.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
