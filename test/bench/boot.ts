import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createConnection } from '../../adapters/docker/connection.ts';
import { exec } from '../../adapters/docker/exec.ts';
import { toTar } from '../../adapters/docker/tar.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { median, printTable, round } from './figures.ts';
import { heaviestOf, importTimes } from './import-times.ts';

const rounds = 12;
const pollMillis = 5;
const limitMillis = 60_000;
const python = '/opt/dibs/jupyter/bin/python';
const served = ['--ip=0.0.0.0', '--port=8888', '--no-browser', '--IdentityProvider.token=secret'];
/** A server alone: no page, no extension. */
const bare = `cat > /tmp/bare.py <<'END'
names = ("jupyterlab", "jupyter_lsp", "jupyter_resource_usage", "jupyter_server_terminals", "notebook_shim")
c.ServerApp.jpserver_extensions = dict.fromkeys(names, False)
END
exec /opt/dibs/jupyter/bin/jupyter-server --config=/tmp/bare.py ${served.join(' ')}`;

type Side = { entrypoint: readonly string[] | null; image: 'session' | 'plain' };

/** What is compared: each is a way to serve Jupyter from the same image. */
const sides = {
  ours: { entrypoint: null, image: 'session' },
  plain: { entrypoint: ['/opt/dibs/jupyter/bin/jupyter-lab', ...served], image: 'plain' },
  server: { entrypoint: ['sh', '-c', bare], image: 'session' },
} as const satisfies Record<string, Side>;
type Name = keyof typeof sides;
type Times = { container: number; ready: number };

/**
 * From `docker start` to Jupyter's first 200: as sessions run it, against `jupyter lab` with all
 * that it says it needs, and against a Jupyter server without JupyterLab, which is the floor. In
 * turn, on one engine, in one run; and what Python's importing takes of it.
 */
export async function benchBoot(): Promise<Record<string, number>> {
  const host = await startGpuHost({ gpus: [] });
  const folder = await mkdtemp(join(tmpdir(), 'dibs-boot-'));
  // The session's user must reach it.
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'token'), 'secret', { mode: 0o444 });
  const times: Record<Name, Times[]> = { ours: [], plain: [], server: [] };
  const names = Object.keys(sides) as Name[];
  try {
    const plain = await buildPlain(host);
    const imageOf = (side: Side) => (side.image === 'plain' ? plain : host.image.reference);
    for (const name of names)
      await startOnce(host, { ...sides[name], folder, reference: imageOf(sides[name]) });
    for (let each = 0; each < rounds; each += 1) {
      for (const name of each % 2 === 0 ? names : names.toReversed()) {
        const started = { ...sides[name], folder, reference: imageOf(sides[name]) };
        times[name].push(await startOnce(host, started));
      }
    }
    const imports = {
      ours: await importsIn(host, host.image.reference, '/opt/dibs/bin/jupyter-session'),
      plain: await importsIn(host, plain, '/opt/dibs/jupyter/bin/jupyter-lab'),
    };
    return report(times, imports);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await host.stop();
  }
}

function report(times: Record<Name, Times[]>, imports: Record<'ours' | 'plain', string>) {
  const middle = (name: Name, key: keyof Times) => median(times[name].map((row) => row[key]));
  const sums = { ours: importTimes(imports.ours), plain: importTimes(imports.plain) };
  printTable([
    ['median ms', 'container', 'imports', 'serves', 'ready'],
    ...(['ours', 'plain'] as const).map((name) => {
      const [container, ready] = [middle(name, 'container'), middle(name, 'ready')];
      const rest = ready - container - sums[name].totalMs;
      return [name, ...[container, sums[name].totalMs, rest, ready].map((each) => round(each, 0))];
    }),
    [
      'server',
      round(middle('server', 'container'), 0),
      '',
      '',
      round(middle('server', 'ready'), 0),
    ],
  ]);
  printTable([
    ['heaviest imports, ms', 'plain', 'ours'],
    ...heaviestOf(sums.plain, sums.ours).map(({ name, first, second }) => [
      name,
      round(first, 0),
      round(second, 0),
    ]),
  ]);
  const ratios = times.ours.map(({ ready }, at) => ready / (times.plain[at]?.ready ?? Number.NaN));
  return {
    readyMs: round(middle('ours', 'ready'), 0),
    plainReadyMs: round(middle('plain', 'ready'), 0),
    ratio: round(median(ratios)),
    containerMs: round(middle('ours', 'container'), 0),
    importMs: round(sums.ours.totalMs, 0),
    plainImportMs: round(sums.plain.totalMs, 0),
    floorMs: round(middle('server', 'ready'), 0),
  };
}

/** The same image with the packages that ours leaves out. */
async function buildPlain(host: GpuHost): Promise<string> {
  const reference = `${host.image.reference}-plain`;
  const dockerfile = `FROM ${host.image.reference}
USER root
RUN version=$(${python} -c 'import jupyterlab; print(jupyterlab.__version__)') \\
 && python3 -m pip --python ${python} install --no-cache-dir jupyterlab==$version 'jsonschema[format-nongpl]' \\
 && python3 -m compileall -q -j 0 /opt/dibs/jupyter/lib || true
USER dibs
`;
  const context = toTar([{ path: 'Dockerfile', mode: 0o644, owner: 0, text: dockerfile }]);
  const { docker } = host;
  const stream = await docker.buildImage(Readable.from([context]), { t: reference });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
  return reference;
}

type Started = Side & { folder: string; reference: string };

async function startOnce(
  host: GpuHost,
  { entrypoint, folder, reference }: Started,
): Promise<Times> {
  const container = await host.docker.createContainer({
    Image: reference,
    ...(entrypoint && { Entrypoint: [...entrypoint] }),
    HostConfig: {
      PublishAllPorts: true,
      Init: true,
      Binds: [`${folder}/token:/run/dibs/token:ro`],
    },
  });
  const begun = performance.now();
  await container.start();
  const running = performance.now();
  const { NetworkSettings } = await container.inspect();
  const url = `http://${host.address}:${NetworkSettings.Ports['8888/tcp']?.[0]?.HostPort}/api/status`;
  const headers = { Authorization: 'token secret' };
  const answers = () =>
    fetch(url, { headers }).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (performance.now() - begun > limitMillis) throw new Error(`no answer at ${url}`);
    await pause(pollMillis);
  }
  const ready = performance.now();
  await container.remove({ force: true, v: true });
  return { container: running - begun, ready: ready - begun };
}

/** What `-X importtime` says while it comes up. */
async function importsIn(host: GpuHost, reference: string, script: string): Promise<string> {
  const container = await host.docker.createContainer({
    Image: reference,
    name: `imports-${randomUUID()}`,
    Entrypoint: ['sleep', '60'],
  });
  await container.start();
  const connection = createConnection(host.name, host.connection);
  const command = `echo secret > /run/dibs/token; timeout 8 ${python} -X importtime ${script} --no-browser`;
  const asked = { id: container.id, command: ['bash', '-c', command], limitSeconds: 30 };
  const { stderr } = await exec(connection, asked, AbortSignal.timeout(30_000));
  connection.close();
  await container.remove({ force: true, v: true });
  return stderr;
}
