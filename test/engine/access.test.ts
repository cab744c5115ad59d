import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase } from '../support/databases.ts';
import { type DibsProcess, startDibsProcess } from '../support/dibs-process.ts';
import { freePort } from '../support/free-port.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { createJupyterClient } from '../support/jupyter-client.ts';
import { ask } from '../support/proxy/ask.ts';
import { createSshClient, type SshClient } from '../support/ssh-client.ts';
import { type ApiSession, getApi, gpu } from '../support/terminal.ts';

const patience = { timeout: 30_000, interval: 200 };
const a100 = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };

/** The whole process, its proxy before a session on a real engine, and SSH straight into it. */
describe('a session on the product’s own image', () => {
  let host: GpuHost;
  let dibs: DibsProcess;
  let origin = '';
  let folder = '';
  let laptop: SshClient;
  let stranger: SshClient;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dibs-access-'));
    laptop = await createSshClient(folder, 'laptop');
    stranger = await createSshClient(folder, 'stranger');
    host = await startGpuHost({ gpus: [a100, a100] });
    const port = await freePort();
    origin = `http://localhost:${port}`;
    const { url } = await createTestDatabase();
    dibs = await startDibsProcess({ files: siteOf(host, port), env: { DATABASE_URL: url } });
    const offered = async () =>
      expect((await gpu(dibs.url, 'bob', 'list')).stdout).toContain('2 of 2');
    await vi.waitFor(offered, patience);
  });
  afterAll(async () => {
    await dibs?.stop();
    await host?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const sessionOf = async (name: string) =>
    (await getApi<{ session: ApiSession }>(dibs.url, 'bob', `/api/sessions/${name}`)).session;
  const start = async (text: string): Promise<ApiSession> => {
    const started = await gpu(dibs.url, 'bob', text);
    expect(started.exitCode, started.stderr).toBe(0);
    return sessionOf(/^(\S+) is ready: http/m.exec(started.stdout)?.[1] ?? '');
  };
  /** As a browser asks for a page. */
  const visit = (address: string, headers: Record<string, string> = {}, method = 'GET') => {
    const { port, pathname, host: Host } = new URL(address);
    const asked = { Host, Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', ...headers };
    return ask(Number(port), pathname, { method, headers: asked });
  };
  /** As it follows the link: the page, what its form posts, and the cookie for the rest. */
  const follow = async (link: string) => {
    const page = await visit(link);
    expect([page.status, page.body]).toEqual([200, expect.stringContaining('<form')]);
    const posted = await visit(link, { Origin: origin }, 'POST');
    return { posted, headers: { Cookie: posted.headers['set-cookie']?.[0]?.split(';')[0] ?? '' } };
  };
  const bySsh = (client: SshClient, { ssh }: ApiSession, command: string) => {
    if (ssh === null) throw new Error('the session has no SSH');
    return client.run(ssh, [command]);
  };

  it('is entered through the proxy and by SSH, computes on its GPU, and is paid to the tick', async () => {
    const added = await gpu(dibs.url, 'bob', `key add ${laptop.publicKey}`);
    expect(added.stdout).toContain('SHA256:');
    const session = await start('start a100 2h --check');
    const { name, link, verdict } = session;
    expect(verdict).toMatchObject({ ok: true, cuda: false });
    expect(link).toMatch(new RegExp(`^${origin}/open/`));

    const { posted, headers } = await follow(link ?? '');
    expect([posted.status, posted.headers.location]).toEqual([303, `/s/${name}/lab`]);
    const base = `${origin}/s/${name}/`;
    const lab = await visit(`${base}lab`, headers);
    expect([lab.status, lab.body]).toEqual([200, expect.stringContaining('JupyterLab')]);
    expect((await visit(`${base}lab`)).status).toBe(403);
    const second = await visit(link ?? '', { Origin: origin }, 'POST');
    expect([second.headers.location, second.headers['set-cookie']]).toEqual([
      `/s/${name}/?link=used`,
      undefined,
    ]);

    const jupyter = createJupyterClient(base, { ...headers, Origin: origin });
    expect(await jupyter.execute('print(6 * 7)')).toBe('42\n');
    const [device] = session.devices;
    expect(await jupyter.execute('!nvidia-smi -L')).toContain(device?.uuid);
    await jupyter.execute('open("/workspace/notes.txt", "w").write("from a cell")');

    const { stdout } = await bySsh(laptop, session, 'nvidia-smi -L; cat notes.txt; echo; id -un');
    expect(stdout).toContain(device?.uuid);
    expect(stdout).toContain('from a cell\ndibs');

    const isSeen = async () => expect((await sessionOf(name)).activity).not.toBeNull();
    await vi.waitFor(isSeen, patience);

    await gpu(dibs.url, 'bob', 'stop');
    const over = await ended(sessionOf, name);
    expect(BigInt(over.chargedTicks ?? 0)).toBe(BigInt(over.readySeconds) * 10_000n);
    const gone = await visit(`${base}lab`, headers);
    expect([gone.status, gone.body]).toEqual([
      410,
      expect.stringContaining('stopped by its holder'),
    ]);
  });

  it('takes up keys that are added and drops those that are removed while it runs', async () => {
    const session = await start('start a100 1h');
    const ends = async (client: SshClient, exitCode: number) =>
      expect((await bySsh(client, session, 'true')).exitCode).toBe(exitCode);
    await ends(laptop, 0);
    expect(await bySsh(stranger, session, 'true')).toMatchObject({
      exitCode: 255,
      stderr: expect.stringContaining('Permission denied (publickey)'),
    });
    await gpu(dibs.url, 'bob', `key add ${stranger.publicKey}`);
    await vi.waitFor(() => ends(stranger, 0), patience);
    await gpu(dibs.url, 'bob', 'key remove 1');
    await vi.waitFor(() => ends(laptop, 255), patience);
    await ends(stranger, 0);
    await gpu(dibs.url, 'bob', `stop ${session.name}`);
    await ended(sessionOf, session.name);
  });
});

async function ended(sessionOf: (name: string) => Promise<ApiSession>, name: string) {
  const isOver = async () => expect((await sessionOf(name)).state).toBe('ended');
  await vi.waitFor(isOver, patience);
  return sessionOf(name);
}

function siteOf(host: GpuHost, port: number): Record<string, string> {
  const { ca, cert, key, ...tcp } = host.tcp;
  const site = `
teams:
  - {name: lab, credits: 500, people: [{name: alice, admin: true}, {name: bob}, {name: carol}]}
hosts:
  - name: gpu-1
    docker: tcp://${tcp.host}:${tcp.port}
    tls: .
    probeImage: '${host.probeImage}'
images:
  - {name: pytorch, reference: '${host.image.reference}'}
proxy: {publicUrl: 'http://localhost:${port}', port: ${port}}
`;
  return { 'dibs.yaml': site, 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key };
}
