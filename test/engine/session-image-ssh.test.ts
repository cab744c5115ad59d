import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { never } from '../contract/spawner-harness.ts';
import { createSshClient, hostKeyOf, runProgram, type SshClient } from '../support/ssh-client.ts';
import { openSessionHost, type Session, type SessionHost } from './session-harness.ts';

let on: SessionHost;
let folder: string;
let bob: SshClient;
let mallory: SshClient;
let session: Session;

const keysOf = (...clients: SshClient[]) =>
  clients.map(({ publicKey }, at) => ({ id: `key-${at}`, publicKey }));

beforeAll(async () => {
  on = await openSessionHost();
  folder = await mkdtemp(join(tmpdir(), 'dibs-ssh-'));
  bob = await createSshClient(folder, 'bob');
  mallory = await createSshClient(folder, 'mallory');
  const deviceUuids = on.host.gpus.map(({ uuid }) => uuid);
  session = await on.start({ sshKeys: keysOf(bob), deviceUuids });
});

afterAll(async () => {
  await on?.close();
  await rm(folder, { recursive: true, force: true });
});

test('the person’s key opens it, as the person and in the person’s folder', async () => {
  const { exitCode, stdout } = await bob.run(session.ssh, ['id -un; pwd; hostname']);
  expect([exitCode, stdout]).toEqual([0, `dibs\n/workspace\n${session.spec.sessionName}\n`]);
});

test('a wrong key, root, a password and no key at all are refused', async () => {
  const refused = {
    exitCode: 255,
    stderr: expect.stringContaining('Permission denied (publickey)'),
  };
  expect(await mallory.run(session.ssh, ['true'])).toMatchObject(refused);
  expect(await bob.run(session.ssh, ['true'], 'root')).toMatchObject(refused);
  const asked = ['-o', 'PubkeyAuthentication=no', '-p', `${session.ssh.port}`];
  const words = [...bob.options, ...asked, `dibs@${session.ssh.host}`, 'true'];
  expect(await runProgram('ssh', words)).toMatchObject(refused);
});

test('without keys nobody is let in, until one is added; one that is removed opens nothing more', async () => {
  const other = await on.start();
  const admitted = async (client: SshClient) =>
    (await client.run(other.ssh, ['true'])).exitCode === 0;
  expect(await admitted(bob)).toBe(false);
  await on.spawner.admitKeys(other.spec.sessionId, keysOf(bob, mallory), never);
  expect([await admitted(bob), await admitted(mallory)]).toEqual([true, true]);
  await on.spawner.admitKeys(other.spec.sessionId, keysOf(mallory), never);
  expect([await admitted(bob), await admitted(mallory)]).toEqual([false, true]);
  await on.stop(other);
});

test('commands and login shells see the PATH and the variables of the container', async () => {
  const own = (await on.run(session, 'env')).stdout;
  const [path = ''] = /^PATH=.*$/m.exec(own) ?? [];
  expect(path).toMatch(/^PATH=\/opt\/dibs\/bin:\/workspace\/\.local\/bin:/);
  const seen = await Promise.all(
    [['env'], ['bash -lc env'], ['-t', 'bash -lic env']].map((words) =>
      bob.run(session.ssh, words),
    ),
  );
  for (const { stdout } of seen) {
    const lines = stdout.split(/\r?\n/);
    expect(lines).toContain(path);
    expect(lines).toContain('NVIDIA_DISABLE_REQUIRE=1');
    expect(lines).toContain('LANG=C.UTF-8');
    expect(stdout).not.toContain(session.spec.token);
    expect(stdout).not.toContain('DIBS_');
  }
  expect((await bob.run(session.ssh, ['nvidia-smi -L'])).stdout).toContain('A100');
});

test('variables with quotes, dollars and backslashes come through as they are', async () => {
  const odd = `a "b" 'c' $HOME \\ #d`;
  const container = await on.runPlain({
    Env: [`ODD=${odd}`, 'LINES_OF=first\nsecond'],
    HostConfig: { PublishAllPorts: true },
  });
  const exec = await container.exec({
    Cmd: ['sh', '-c', 'umask 077; printf "%s\\n" "$KEY" > /run/dibs/authorized_keys'],
    Env: [`KEY=${bob.publicKey}`],
  });
  await exec.start({});
  const { NetworkSettings } = await container.inspect();
  const port = Number(NetworkSettings.Ports['2222/tcp']?.[0]?.HostPort);
  const asked = () => bob.run({ host: on.host.address, port }, ['printenv ODD']);
  const isShown = async () => expect((await asked()).stdout).toBe(`${odd}\n`);
  await vi.waitFor(isShown, { timeout: 20_000, interval: 200 });
  await container.remove({ force: true, v: true });
});

test('files are copied both ways by sftp', async () => {
  const here = join(folder, 'weights.bin');
  const text = randomUUID().repeat(10_000);
  await writeFile(here, text);
  const port = ['-P', `${session.ssh.port}`];
  const there = `dibs@${session.ssh.host}:weights.bin`;
  expect(await runProgram('scp', [...bob.options, ...port, here, there])).toMatchObject({
    exitCode: 0,
  });
  await runProgram('scp', [...bob.options, ...port, there, `${here}.back`]);
  expect(await readFile(`${here}.back`, 'utf8')).toBe(text);
});

test('what runs in tmux survives the end of the connection', async () => {
  const words = [...bob.options, '-tt', '-p', `${session.ssh.port}`, `dibs@${session.ssh.host}`];
  const connection = spawn('ssh', [...words, 'tmux new-session -s train "sleep 1000"'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, TERM: 'xterm' },
  });
  const sessions = async () => (await bob.run(session.ssh, ['tmux list-sessions'])).stdout;
  const patience = { timeout: 20_000, interval: 200 };
  await vi.waitFor(async () => expect(await sessions()).toMatch(/^train:.*\(attached\)/), patience);
  connection.kill('SIGKILL');
  const isLeft = async () => expect(await sessions()).toMatch(/^train:(?!.*\(attached\))/);
  await vi.waitFor(isLeft, patience);
});

test('a port inside is reached by forwarding, as VS Code does', async () => {
  const through = ['-W', '127.0.0.1:8888', '-p', `${session.ssh.port}`];
  const words = [...bob.options, ...through, `dibs@${session.ssh.host}`];
  const request = `GET /s/${session.spec.sessionName}/api HTTP/1.0\r\n\r\n`;
  const sent = spawn('ssh', words, { stdio: ['pipe', 'pipe', 'ignore'] });
  sent.stdin.write(request);
  let answer = '';
  for await (const piece of sent.stdout) answer += piece;
  expect(answer).toContain('200 OK');
});

test('the host key is that of the person’s volume, and of no other', async () => {
  const { personId } = session.spec;
  const first = await hostKeyOf(session.ssh);
  expect(first).toMatch(/^ssh-ed25519 AAAA/);
  const again = await on.start({ personId });
  expect(await hostKeyOf(again.ssh)).toBe(first);
  const other = await on.start();
  expect(await hostKeyOf(other.ssh)).not.toBe(first);
  const { stdout } = await on.run(again, 'stat -c %a ~/.dibs ~/.dibs/ssh_host_ed25519_key');
  expect(stdout).toBe('700\n600\n');
  await Promise.all([on.stop(again), on.stop(other)]);
});

test('of two sessions that find a broken host key, one makes the next and both have it', async () => {
  const [one, key] = [await on.start(), '~/.dibs/ssh_host_ed25519_key'];
  expect(await hostKeyOf(one.ssh)).toMatch(/^ssh-ed25519/);
  const hold = `cd; echo broken > ${key}
nohup flock ~/.dibs/lock sh -c 'echo > /tmp/held; until [ -e /tmp/made ]; do sleep 0.1; done' > /dev/null 2>&1 &
until [ -e /tmp/held ]; do sleep 0.1; done`;
  expect((await on.run(one, hold)).exitCode).toBe(0);
  const other = await on.start({ personId: one.spec.personId });
  const make = `ssh-keygen -q -t ed25519 -N '' -C one -f /tmp/key && mv /tmp/key ${key} && cut -d' ' -f1,2 /tmp/key.pub; touch /tmp/made`;
  const made = (await on.run(one, make)).stdout.trim();
  expect(made).toMatch(/^ssh-ed25519/);
  const isServed = async () => expect(await hostKeyOf(other.ssh)).toBe(made);
  await vi.waitFor(isServed, { timeout: 20_000, interval: 200 });
  await Promise.all([on.stop(one), on.stop(other)]);
});
