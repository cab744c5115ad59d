import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createDockerSpawner } from '../../adapters/docker/spawner.ts';
import { loginFor } from '../../bot/registry-login.ts';
import type { Secret } from '../../core/secret.ts';
import { faultOf, never } from '../contract/spawner-harness.ts';
import { runDibs } from '../support/dibs-command.ts';
import { freePort } from '../support/free-port.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { optionsFor } from './docker-harness.ts';

const a100 = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };

let host: GpuHost;
let registry: ChildProcess;
let repository = '';
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dibs-images-'));
  host = await startGpuHost({ gpus: [a100] });
  const port = await freePort(host.gateway);
  repository = `${host.gateway}:${port}`;
  registry = await serveRegistry(`${host.gateway}:${port}`, folder);
});
afterAll(async () => {
  registry?.kill();
  await host?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** `npx dibs images …` where these images are configured. */
async function images(words: string, yaml: string) {
  const { ca, cert, key, ...tcp } = host.tcp;
  const files = { 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const hosts = `hosts: [{name: gpu-1, docker: "tcp://${tcp.host}:${tcp.port}", tls: .}]`;
  await writeFile(join(folder, 'dibs.yaml'), `${hosts}\nregistry: ${repository}\n${yaml}\n`);
  return runDibs(folder, `images ${words}`, { DOCKER_CONFIG: folder });
}

const one = (reference: string, more = '') =>
  `images: [{name: ours, reference: "${reference}"${more}}]`;

test('verify runs the check of an image on the host, and removes what it ran in', async () => {
  const { exitCode, stdout } = await images('verify', one(host.image.reference));
  // The stand-in has no PyTorch.
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('gpu-1: ours: in order')]);
  expect(await host.docker.listContainers({ all: true })).toEqual([]);
});

test('verify says where an image is not what its recipe says', async () => {
  const more = ', build: {BASE: debian, PYTORCH: 2.9.1}';
  const { exitCode, stdout } = await images('verify', one(host.image.reference, more));
  expect([exitCode, stdout]).toEqual([
    1,
    expect.stringContaining('it has PyTorch null, and not 2.9.1'),
  ]);
});

test('verify names an image that the host does not have, and one without a check', async () => {
  const absent = await images('verify', one('dibs-session:absent'));
  expect([absent.exitCode, absent.stdout]).toEqual([
    1,
    expect.stringContaining('failed: dibs-session:absent is not there'),
  ]);
  const other = await images('verify', one(host.probeImage));
  expect([other.exitCode, other.stdout]).toEqual([1, expect.stringContaining('dibs-smoke')]);
});

test('what is pushed with the login that docker left is pulled with it by hosts', async () => {
  const reference = `${repository}/dibs-session:small`;
  const [repo = '', tag = ''] = [`${repository}/dibs-session`, 'small'];
  await host.docker.getImage(host.probeImage).tag({ repo, tag });
  const refused = await images('push', one(reference));
  expect([refused.exitCode, refused.stdout]).toEqual([1, expect.stringContaining('failed: ')]);
  await logIn();
  const pushed = await images('push', one(reference));
  expect([pushed.exitCode, pushed.stdout]).toEqual([0, `gpu-1: ours: pushed as ${reference}\n`]);

  await host.docker.getImage(reference).remove({ force: true });
  const image = { name: 'ours', reference, build: null, cuda: null, compute: null };
  // The image has nothing to run: that it was tried shows that it was pulled.
  const codeWith = async (loginFor: (asked: string) => Promise<Secret | null>) => {
    const spawner = createDockerSpawner({ ...optionsFor(host), loginFor });
    const spec = { ...aSpec, sessionId: randomUUID(), image };
    const { code } = await faultOf(spawner.start(spec, () => undefined, never));
    await spawner.stop(spec.sessionId, 0, never);
    await spawner.close();
    return code;
  };
  expect(await codeWith(async () => null)).toMatch(/^(pull_failed|image_missing)$/);
  expect(await codeWith((asked) => loginFor(asked, folder))).toMatch(
    /^(container_exited|engine_refused)$/,
  );
});

test('a push that the registry refuses, and one of what is not there, are said', async () => {
  const absent = await images('push', one(`${repository}/dibs-session:absent`));
  expect([absent.exitCode, absent.stdout]).toEqual([1, expect.stringContaining('failed: ')]);
  expect(absent.stdout).toContain('absent');
});

test('build builds only what has a recipe', async () => {
  const { exitCode, stdout } = await images('build', one(host.image.reference));
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('none of ours: it is pulled')]);
});

const aSpec = {
  sessionName: 'brave-otter',
  personId: 'bob',
  deviceUuids: [],
  share: 0.5,
  sshKeys: [],
  check: false,
  token: 'token',
};

/** As `docker login` leaves it. */
async function logIn(): Promise<void> {
  const auth = Buffer.from('alice:secret').toString('base64');
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({ auths: { [repository]: { auth } } }),
  );
}

/** Of `alice:secret`, as htpasswd makes it. */
const logins = 'alice:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n';

async function serveRegistry(address: string, data: string): Promise<ChildProcess> {
  const config = join(data, 'registry.yml');
  await writeFile(join(data, 'logins'), logins);
  const storage = join(data, 'registry');
  await writeFile(
    config,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${storage}}}\nhttp: {addr: '${address}'}\nauth: {htpasswd: {realm: dibs, path: ${data}/logins}}\n`,
  );
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  const answers = async () => expect((await fetch(`http://${address}/v2/`)).status).toBe(401);
  await vi.waitFor(answers, { timeout: 20_000, interval: 100 });
  return child;
}
