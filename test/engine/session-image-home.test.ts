import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
