import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { IMAGES } from '../support/images-folder.ts';
import { runProgram } from '../support/ssh-client.ts';
import { fetchStatus } from './docker-harness.ts';
import { openSessionHost, type Session, type SessionHost } from './session-harness.ts';

let on: SessionHost;
let session: Session;

beforeAll(async () => {
  on = await openSessionHost();
  session = await on.start({ deviceUuids: on.host.gpus.map(({ uuid }) => uuid) });
});

afterAll(() => on?.close());

const pinned = async (name: string) => {
  const pins = await readFile(join(IMAGES, 'requirements-jupyter.txt'), 'utf8');
  return new RegExp(`^${name}==(\\S+)`, 'm').exec(pins)?.[1];
};

test('a kernel executes a cell over the WebSocket, in the Python of the base', async () => {
  const code = `import sys, numpy, pandas, scipy, matplotlib, sklearn, tqdm, ipywidgets, tensorboard
print(sys.executable, numpy.arange(7).sum())`;
  expect(await on.jupyter(session).execute(code)).toBe('/usr/bin/python3 21\n');
});

test('the token is in no list of processes, no log, no environment and no file but its own', async () => {
  const { token } = session.spec;
  const shown = await on.jupyter(session).typeInTerminal('env; echo $((6 * 7))nd', /42nd/);
  const container = on.host.docker.getContainer(session.containerId);
  const places = {
    terminal: shown,
    kernel: await on.jupyter(session).execute('import os; print(dict(os.environ))'),
    environments: (await on.run(session, 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline')).stdout,
    processes: JSON.stringify(await container.top({ ps_args: 'axeww' })),
    inspected: JSON.stringify(await container.inspect()),
    logs: await on.logsOf(session.containerId),
  };
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(100);
    expect(text, place).not.toContain(token);
  }
  const everywhere =
    'grep -rlFf /run/dibs/token --exclude-dir=proc --exclude-dir=sys / 2> /dev/null';
  expect((await on.run(session, everywhere)).stdout).toBe('/run/dibs/token\n');
});

test('a terminal has the PATH of the container, and the person’s home', async () => {
  const line = 'echo "<$PATH> <$HOME> <$(id -un)> $((6 * 7))nd"';
  const shown = await on.jupyter(session).typeInTerminal(line, /42nd/);
  expect(shown).toContain('</opt/dibs/bin:/workspace/.local/bin:/usr/local/sbin');
  expect(shown).toContain('> </workspace> <dibs> 42nd');
});

test('dibs-smoke without torch says so in one line of JSON, and is no failure', async () => {
  const { exitCode, stdout } = await on.run(session, 'dibs-smoke');
  expect([exitCode, stdout.trim().split('\n').length]).toEqual([0, 1]);
  expect(JSON.parse(stdout)).toEqual({
    ok: true,
    python: expect.stringMatching(/^3\.\d+\.\d+$/),
    torch: null,
    cuda: false,
    cudaVersion: null,
    cudnnVersion: null,
    devices: ['NVIDIA A100-SXM4-80GB'],
    checks: [],
    freeDiskBytes: expect.any(Number),
    jupyter: await pinned('jupyterlab'),
  });
});

/** Runs `dibs-smoke` with a torch that is this text. */
const smokeWith = (torch: string, limit = '') =>
  on.run(
    session,
    `rm -rf ~/fake; mkdir -p ~/fake/torch-9.9.dist-info
printf 'Metadata-Version: 2.1\\nName: torch\\nVersion: 9.9\\n' > ~/fake/torch-9.9.dist-info/METADATA
cat > ~/fake/torch.py <<'END'
${torch}
END
PYTHONPATH=~/fake ${limit} dibs-smoke`,
  );

test('a torch that crashes or cannot be imported fails its check, and the report is still whole', async () => {
  const fake = async (text: string) => {
    const { exitCode, stdout } = await smokeWith(text);
    return { exitCode, ...JSON.parse(stdout) };
  };
  expect(
    await fake('raise OSError("libcudart.so.12: cannot open shared object file")'),
  ).toMatchObject({
    exitCode: 1,
    ok: false,
    torch: '9.9',
    cuda: false,
    checks: [{ name: 'torch', ok: false, detail: expect.stringContaining('libcudart.so.12') }],
  });
  expect(await fake('import os\nos.kill(os.getpid(), 11)')).toMatchObject({
    exitCode: 1,
    checks: [{ name: 'torch', ok: false, detail: 'signal 11' }],
  });
  expect(await fake('import os\nos._exit(0)')).toMatchObject({
    exitCode: 1,
    checks: [{ name: 'torch', ok: false, detail: 'it ended without a result' }],
  });
});

test('dibs-smoke waits for nothing that a check leaves behind, and leaves nothing behind itself', async () => {
  const start = 'import subprocess\nsubprocess.Popen(["sleep", "4711"])\n';
  const left = await smokeWith(`${start}raise ImportError("gone")`);
  expect(JSON.parse(left.stdout)).toMatchObject({ checks: [{ detail: 'ImportError: gone' }] });
  const ignoring = 'import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n';
  const ended = await smokeWith(`${ignoring}${start}signal.pause()`, 'timeout 3');
  expect(ended.exitCode).toBe(124);
  const { stdout } = await on.run(session, 'ps -eo stat=,args=');
  expect(stdout).toContain('jupyter-session');
  expect(stdout).not.toMatch(/^[^Z]\S* +(sleep 4711|.*dibs-smoke)/m);
});

test('the labels say what the image was made of', async () => {
  const { Config } = await on.host.docker.getImage(on.host.image.reference).inspect();
  expect(Config.Labels).toMatchObject({
    'org.opencontainers.image.title': 'Dibs session',
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'org.opencontainers.image.base.name': on.host.probeImage,
    'org.dibs.pytorch': '2.9.0',
    'org.dibs.cuda': '12.8',
  });
});

test('it works under plain docker run, and its health is that of Jupyter', async () => {
  const container = await on.runPlain({
    HostConfig: { PublishAllPorts: true },
    // The image's own check, more often.
    Healthcheck: { Test: [], Interval: 1_000_000_000 },
  });
  const write = 'umask 077; echo secret > /run/dibs/new && mv /run/dibs/new /run/dibs/token';
  const exec = await container.exec({ Cmd: ['sh', '-c', write] });
  await exec.start({});
  const { NetworkSettings } = await container.inspect();
  const port = NetworkSettings.Ports['8888/tcp']?.[0]?.HostPort;
  const url = `http://${on.host.address}:${port}/`;
  const patience = { timeout: 30_000, interval: 100 };
  await vi.waitFor(async () => expect(await fetchStatus(url, 'secret')).toBe(200), patience);
  const isHealthy = async () =>
    expect((await container.inspect()).State.Health?.Status).toBe('healthy');
  await vi.waitFor(isHealthy, patience);
  const { Processes } = await container.top({ ps_args: '-o pid,args' });
  expect(Processes[0]?.[1]).toMatch(/^\/usr\/bin\/tini -s/);
  await container.remove({ force: true, v: true });
});

test('a program that is named after the image runs instead of Jupyter', async () => {
  const container = await on.runPlain({ Cmd: ['dibs-smoke'] });
  expect(await container.wait()).toMatchObject({ StatusCode: 0 });
  expect(JSON.parse(await on.logsOf(container.id))).toMatchObject({ ok: true, devices: [] });
  await container.remove({ v: true });
});

test('of the kernel’s packages only those are installed that a base has in no version', async () => {
  const ask = '/opt/dibs/absent-packages.py /opt/dibs/requirements-kernel.txt';
  expect((await on.run(session, `python3 ${ask}`)).stdout).not.toMatch(/^(numpy|pandas)==/m);
  const inEmpty = `python3 -m venv --without-pip /tmp/empty; /tmp/empty/bin/python ${ask}`;
  expect((await on.run(session, inEmpty)).stdout).toMatch(
    /^numpy==[\s\S]*\n {4}--hash[\s\S]*\npandas==/m,
  );
});

test('the shell scripts are free of what shellcheck knows', async () => {
  const scripts = ['entrypoint', 'pin'].map((name) => join(IMAGES, name));
  const base = join(import.meta.dirname, '..', 'support', 'gpu-host', 'session-base.sh');
  expect(await runProgram('shellcheck', [...scripts, base])).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: '',
  });
});
