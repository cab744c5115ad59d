import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openSessionHost, type SessionHost } from './session-harness.ts';

let on: SessionHost;

beforeAll(async () => {
  on = await openSessionHost();
});

afterAll(() => on?.close());

/** A wheel with one module and, of the same name, a command that calls its `main`. */
function wheelOf(name: string, text: string): string {
  const files = {
    [`${name}.py`]: text,
    [`${name}-9.9.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 9.9\n`,
    [`${name}-9.9.dist-info/WHEEL`]:
      'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${name}-9.9.dist-info/entry_points.txt`]: `[console_scripts]\n${name} = ${name}:main\n`,
    [`${name}-9.9.dist-info/RECORD`]: '',
  };
  return `python3 - <<'END'
import json, zipfile
with zipfile.ZipFile('/tmp/${name}-9.9-py3-none-any.whl', 'w') as wheel:
    for path, text in json.loads(${JSON.stringify(JSON.stringify(files))}).items():
        wheel.writestr(path, text)
END
pip install --no-index /tmp/${name}-9.9-py3-none-any.whl`;
}

test('what pip installed is in the person’s next session, for shells and kernels', async () => {
  const personId = randomUUID();
  const first = await on.start({ personId });
  const installed = await on.run(first, wheelOf('otter', 'def main(): print("splash")'));
  expect(installed.exitCode, installed.stderr).toBe(0);
  await on.stop(first);
  const next = await on.start({ personId });
  expect((await on.run(next, 'otter')).stdout).toBe('splash\n');
  const code = 'import otter; print(otter.__file__)';
  expect(await on.jupyter(next).execute(code)).toMatch(/^\/workspace\/\.local\/lib\/python3/);
  await on.stop(next);
});

test('nothing that a person installs keeps Jupyter from starting', async () => {
  const personId = randomUUID();
  const first = await on.start({ personId });
  for (const name of ['tornado', 'traitlets', 'jupyterlab']) {
    const broken = await on.run(first, wheelOf(name, 'raise ImportError("broken")'));
    expect(broken.exitCode, broken.stderr).toBe(0);
  }
  expect((await on.run(first, 'python3 -c "import tornado"')).stderr).toContain('broken');
  await on.stop(first);
  const next = await on.start({ personId });
  expect((await on.run(next, 'dibs-smoke')).exitCode).toBe(0);
  await on.stop(next);
});

test('no configuration of Jupyter on the volume shuts its owner out of the next session', async () => {
  const personId = randomUUID();
  const first = await on.start({ personId });
  const write = `mkdir -p ~/.jupyter/jupyter_server_config.d ~/.jupyter/lab/user-settings/@jupyterlab/apputils-extension
cd ~/.jupyter
echo 'c.ServerApp.sock = "/tmp/elsewhere.sock"' | tee jupyter_config.py jupyter_lab_config.py jupyter_server_config.py
echo '{"ServerApp": {"jpserver_extensions": {"jupyter_server_terminals": false}}}' > jupyter_server_config.d/off.json
echo '{"theme": "JupyterLab Dark"}' > lab/user-settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings`;
  expect((await on.run(first, write)).exitCode).toBe(0);
  await on.stop(first);
  const next = await on.start({ personId });
  const ask = async (path: string) => {
    const headers = { Authorization: `token ${next.spec.token}` };
    return (await fetch(`${next.url}${path}`, { headers })).json();
  };
  const settings = 'lab/api/settings/@jupyterlab/apputils-extension';
  expect(await on.jupyter(next).typeInTerminal('echo $((6 * 7))nd', /42nd/)).toContain('42nd');
  expect(await ask('api/metrics/v1')).toMatchObject({ rss: expect.any(Number) });
  expect(await ask(`${settings}:themes`)).toMatchObject({ settings: { theme: 'JupyterLab Dark' } });
  expect(await ask(`${settings}:notification`)).toMatchObject({
    schema: { properties: { fetchNews: { default: 'false' } } },
  });
  await on.run(next, `cd ~/.jupyter; echo 'raise Exception("broken")' | tee *_config.py`);
  await on.stop(next);
  const last = await on.start({ personId });
  expect(await on.jupyter(last).execute('print(6 * 7)')).toBe('42\n');
  await on.stop(last);
});

test('dibs-smoke tells of the image, whatever is in ~/.local', async () => {
  const session = await on.start();
  const install = `cd "$(python3 -m site --user-base)" && mkdir -p bin "$(python3 -m site --user-site)" &&
printf '#!/bin/sh\necho A toaster' > bin/nvidia-smi && chmod +x bin/nvidia-smi &&
cd "$(python3 -m site --user-site)" && mkdir torch-9.9.dist-info &&
printf 'Metadata-Version: 2.1\nName: torch\nVersion: 9.9\n' > torch-9.9.dist-info/METADATA &&
echo 'raise ImportError("mine")' > torch.py &&
echo 'import signal, sys; signal.signal(15, signal.SIG_IGN); print("mine")' > usercustomize.py`;
  expect(await on.run(session, `mkdir -p ~/.local; ${install}`)).toMatchObject({ exitCode: 0 });
  expect((await on.run(session, 'python3 -c "import torch"')).stdout).toBe('mine\n');
  const { exitCode, stdout } = await on.run(session, 'dibs-smoke');
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([
    0,
    { ok: true, torch: null, devices: [], checks: [] },
  ]);
  await on.stop(session);
});

test('programs and a .dibs of the person’s keep neither Jupyter nor the next host key from coming', async () => {
  const personId = randomUUID();
  const spoil = [
    'rm -rf ~/.dibs; echo x > ~/.dibs',
    'rm -rf ~/.dibs; ln -s /nowhere/at-all ~/.dibs',
    `rm -rf ~/.dibs; mkdir -p ~/.local/bin; cd ~/.local/bin
for name in cat chmod flock id mkdir mktemp mv rm rmdir seq sleep ssh-keygen stat touch; do
  printf '#!/bin/sh\nexit 9\n' > $name; /bin/chmod +x $name
done`,
  ];
  for (const script of spoil) {
    const session = await on.start({ personId });
    expect((await on.run(session, script)).exitCode).toBe(0);
    await on.stop(session);
  }
  const session = await on.start({ personId });
  await vi.waitFor(
    async () => {
      const { stdout } = await on.run(session, 'PATH=/usr/bin; stat -c %a:%s ~/.dibs/*_key');
      expect(stdout).toMatch(/^600:[1-9]/);
    },
    { timeout: 20_000, interval: 200 },
  );
  await on.stop(session);
});

test('a virtual environment on the volume works on, and its kernel is offered', async () => {
  const personId = randomUUID();
  const first = await on.start({ personId });
  const make = `python3 -m venv --system-site-packages ~/envs/paper &&
~/envs/paper/bin/python -m ipykernel install --user --name paper`;
  const made = await on.run(first, make);
  expect(made.exitCode, made.stderr).toBe(0);
  await on.stop(first);
  const next = await on.start({ personId });
  const headers = { Authorization: `token ${next.spec.token}` };
  const answer = await fetch(`${next.url}api/kernelspecs`, { headers });
  expect(await answer.json()).toMatchObject({
    default: 'python3',
    kernelspecs: {
      paper: { spec: { argv: expect.arrayContaining(['/workspace/envs/paper/bin/python']) } },
    },
  });
  await on.stop(next);
});

test('settings, keys and caches of a person lie on the volume', async () => {
  const session = await on.start();
  const ask = 'cd; pwd; python3 -m site --user-base; pip cache dir; echo ~/.ssh';
  expect((await on.run(session, ask)).stdout.split('\n')).toEqual([
    '/workspace',
    '/workspace/.local',
    '/workspace/.cache/pip',
    '/workspace/.ssh',
    '',
  ]);
  await on.stop(session);
});
