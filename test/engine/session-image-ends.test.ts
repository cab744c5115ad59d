import type Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSessionHost, type SessionHost } from './session-harness.ts';

let on: SessionHost;
let withoutToken: Docker.Container;

beforeAll(async () => {
  on = await openSessionHost();
  // Its minute passes while the others run.
  withoutToken = await on.runPlain();
});

afterAll(() => on?.close());

async function endOf(container: Docker.Container) {
  const { StatusCode: exitCode } = (await container.wait()) as { StatusCode: number };
  const logs = await on.logsOf(container.id);
  await container.remove({ v: true });
  return { exitCode, logs };
}

async function stopped(containerId: string) {
  const container = on.host.docker.getContainer(containerId);
  const begun = performance.now();
  await container.stop({ t: 30 });
  const seconds = (performance.now() - begun) / 1000;
  const { State } = await container.inspect();
  return { seconds, exitCode: State.ExitCode };
}

test('TERM ends a session in time and as a success, kernels and terminals included', async () => {
  const session = await on.start();
  const jupyter = on.jupyter(session);
  await jupyter.typeInTerminal('sleep 1000 & echo $((6 * 7))nd', /42nd/);
  const headers = { Authorization: `token ${session.spec.token}` };
  await fetch(`${session.url}api/kernels`, { method: 'POST', headers });
  await on.run(session, 'tmux new-session -d "sleep 1000"');
  const { seconds, exitCode } = await stopped(session.containerId);
  expect(exitCode).toBe(0);
  expect(seconds).toBeLessThan(10);
});

test('TERM ends a session that still waits for its token, with 143', async () => {
  const container = await on.runPlain();
  const { seconds, exitCode } = await stopped(container.id);
  expect(exitCode).toBe(143);
  expect(seconds).toBeLessThan(10);
  await container.remove({ v: true });
});

test('a crash of Jupyter ends the container with its code, whatever else runs', async () => {
  const session = await on.start();
  await on.run(session, 'tmux new-session -d "sleep 1000"; pkill -SEGV --oldest jupyter');
  const container = on.host.docker.getContainer(session.containerId);
  expect(await container.wait()).toMatchObject({ StatusCode: 139 });
});

test('an sshd that ends is said in the log, and ends nothing else', async () => {
  const session = await on.start();
  await on.run(session, 'pkill -KILL --oldest sshd');
  expect(await on.jupyter(session).execute('print(6 * 7)')).toBe('42\n');
  expect(await on.logsOf(session.containerId)).toContain('this session has no SSH');
});

test('a volume that is mounted read-only is told apart, with code 73', async () => {
  const container = await on.runPlain({
    HostConfig: { Mounts: [mount('read-only', { ReadOnly: true })] },
  });
  const { exitCode, logs } = await endOf(container);
  expect(logs).toBe('dibs: /workspace is read-only; mount its volume for writing.\n');
  expect(exitCode).toBe(73);
});

test('a volume of somebody else is told apart after some seconds, with code 77', async () => {
  await chown('foreign', 4711);
  const container = await on.runPlain({ HostConfig: { Mounts: [mount('foreign')] } });
  const { exitCode, logs } = await endOf(container);
  expect(logs).toContain(
    'dibs: /workspace belongs to user 4711 and cannot be written by user 1000',
  );
  expect(exitCode).toBe(77);
});

test('a volume that is given away meanwhile is accepted', async () => {
  await chown('given', 0);
  const container = await on.runPlain({ HostConfig: { Mounts: [mount('given')] } });
  await chown('given', 1000);
  const exec = await container.exec({ Cmd: ['sh', '-c', 'echo x > /run/dibs/token'] });
  await exec.start({});
  const { State } = await container.inspect();
  expect(State.Running).toBe(true);
  await container.stop({ t: 30 });
  const { exitCode, logs } = await endOf(container);
  expect(logs).not.toContain('belongs to');
  expect([0, 143]).toContain(exitCode);
});

test('without a token nobody is let in: after a minute it says so, with code 78', async () => {
  const { exitCode, logs } = await endOf(withoutToken);
  expect(logs).toContain('dibs: no token came into /run/dibs/token within 60 seconds.');
  expect(exitCode).toBe(78);
});

function mount(name: string, more: { ReadOnly?: boolean } = {}) {
  return { Type: 'volume' as const, Source: `dibs-test-${name}`, Target: '/workspace', ...more };
}

async function chown(name: string, owner: number): Promise<void> {
  const container = await on.runPlain({
    User: 'root',
    Entrypoint: ['chown', `${owner}`, '/workspace'],
    HostConfig: { Mounts: [mount(name)] },
  });
  await container.wait();
  await container.remove();
}
