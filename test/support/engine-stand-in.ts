import { createServer, type IncomingMessage } from 'node:http';

type Told = {
  /** What `docker info` says. */
  facts: Record<string, unknown>;
  /** What nvidia-smi prints in the probe that runs there; absent: none runs. */
  nvidiaSmi?: { stdout: string; exitCode: number };
};

/** As much of a Docker engine as tells of itself, on a socket. Anything else it is asked is noted. */
export async function startEngineStandIn(socketPath: string, { facts, nvidiaSmi }: Told) {
  const unexpected: string[] = [];
  const answers: readonly [RegExp, () => unknown][] = [
    [/^GET \/info/, () => facts],
    [/^GET \/containers\/json/, () => (nvidiaSmi ? [{ Id: 'probe' }] : [])],
    [/^POST \/containers\/probe\/exec/, () => ({ Id: 'exec' })],
    [/^POST \/exec\/exec\/start/, () => toFrame(nvidiaSmi?.stdout ?? '')],
    [/^GET \/exec\/exec\/json/, () => ({ ExitCode: nvidiaSmi?.exitCode, Running: false })],
  ];
  const server = createServer(async (request, response) => {
    await bodyOf(request);
    const asked = `${request.method} ${request.url}`;
    const answer = answers.find(([pattern]) => pattern.test(asked))?.[1]();
    if (answer === undefined) unexpected.push(asked);
    if (answer instanceof Buffer) response.end(answer);
    else response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    unexpected,
    close: () => new Promise<unknown>((resolve) => server.close(resolve)),
  };
}

/** One piece of standard output, as the engine frames it. */
function toFrame(text: string): Buffer {
  const content = Buffer.from(text);
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, content]);
}

async function bodyOf(request: IncomingMessage): Promise<void> {
  for await (const _ of request);
}
