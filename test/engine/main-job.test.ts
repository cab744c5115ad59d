import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase } from '../support/databases.ts';
import { type DibsProcess, startDibsProcess } from '../support/dibs-process.ts';
import { type GpuHost, startGpuHost } from '../support/gpu-host.ts';
import { type ApiSession, getApi, gpu } from '../support/terminal.ts';
import { createInside, fetchStatus } from './docker-harness.ts';

const patience = { timeout: 30_000, interval: 200 };
const a100 = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };

/** The whole process on Postgres, with a Docker engine on TCP with TLS, used from the terminal. */
describe('the main job on a Docker host', () => {
  let host: GpuHost;
  let dibs: DibsProcess;
  beforeAll(async () => {
    host = await startGpuHost({ gpus: [a100, a100] });
    const { url } = await createTestDatabase();
    dibs = await startDibsProcess({ files: siteOf(host), env: { DATABASE_URL: url } });
    const offered = async () =>
      expect((await gpu(dibs.url, 'bob', 'list')).stdout).toContain('2 of 2');
    await vi.waitFor(offered, patience);
  });
  afterAll(async () => {
    await dibs?.stop();
    await host?.stop();
  });

  const startAs = async (person: string, text: string): Promise<ApiSession> => {
    const started = await gpu(dibs.url, person, text);
    expect(started.exitCode, started.stderr).toBe(0);
    const [, name] = /^(\S+) is ready: http/m.exec(started.stdout) ?? [];
    return sessionOf(person, name ?? '');
  };
  const sessionOf = async (person: string, name: string) =>
    (await getApi<{ session: ApiSession }>(dibs.url, person, `/api/sessions/${name}`)).session;
  const ended = async (person: string, name: string) => {
    const isOver = async () => expect((await sessionOf(person, name)).state).toBe('ended');
    await vi.waitFor(isOver, patience);
    return sessionOf(person, name);
  };

  it('leads to JupyterLab, charges the ready seconds to the tick and keeps the files', async () => {
    const session = await startAs('bob', 'start a100 2h');
    const link = new URL(session.link ?? '');
    const page = await fetch(link);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('JupyterLab')]);
    const base = link.href.replace(/lab\?.*$/, '');
    expect(await fetchStatus(base, link.searchParams.get('token'))).toBe(200);
    expect(await fetchStatus(base, null)).toBe(403);

    const inside = createInside(host);
    const sessionId = await idOf(host, session.name);
    expect(await inside.devicesSeenBy(sessionId)).toEqual(session.devices.map(({ uuid }) => uuid));
    await inside.writeFile(sessionId, 'notes.txt', 'kept');

    const stopped = await gpu(dibs.url, 'bob', 'stop');
    expect(stopped.stdout).toContain('stopped by its holder');
    const over = await ended('bob', session.name);
    expect(BigInt(over.chargedTicks ?? 0)).toBe(1n * BigInt(over.readySeconds) * 10_000n);
    expect(await host.docker.listContainers({ all: true, filters: sessionLabel })).toEqual([]);

    const again = await startAs('bob', 'start a100 2h');
    expect(await inside.readFile(await idOf(host, again.name), 'notes.txt')).toBe('kept');
    await gpu(dibs.url, 'bob', `stop ${again.name}`);
    await ended('bob', again.name);
    await expectBookToAddUp(dibs, [over, await sessionOf('bob', again.name)]);
  });

  it('gives two people one A100 each, and neither sees the other’s', async () => {
    const [bobs, carols] = await Promise.all([
      startAs('bob', 'start a100 1h'),
      startAs('carol', 'start a100 1h'),
    ]);
    const inside = createInside(host);
    const seen = [
      await inside.devicesSeenBy(await idOf(host, bobs.name)),
      await inside.devicesSeenBy(await idOf(host, carols.name)),
    ];
    expect(seen.map((uuids) => uuids.length)).toEqual([1, 1]);
    expect(seen.flat().sort()).toEqual(host.gpus.map(({ uuid }) => uuid).sort());
    expect((await sessionOf('carol', bobs.name)).link).toBeNull();

    const waiting = await gpu(dibs.url, 'alice', 'start a100 1h --now');
    expect([waiting.exitCode, waiting.stderr]).toEqual([
      1,
      expect.stringContaining('No a100 is free'),
    ]);
    await gpu(dibs.url, 'alice', `stop ${carols.name}`);
    await gpu(dibs.url, 'bob', 'stop');
    expect(await ended('carol', carols.name)).toMatchObject({ endReason: 'stopped_by_admin' });
    await ended('bob', bobs.name);
  });

  it('says why a start failed, and charges nothing', async () => {
    await host.setStartFault('nvidia-container-cli: initialization error: driver not loaded');
    const failed = await gpu(dibs.url, 'bob', 'start a100 1h');
    await host.setStartFault(null);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain('driver not loaded');
    const { stdout } = await gpu(dibs.url, 'bob', 'balance');
    expect(stdout).toContain('Held: nothing');
  });
});

const sessionLabel = { label: ['dibs.role=session'] };

async function idOf(host: GpuHost, sessionName: string): Promise<string> {
  const found = await host.docker.listContainers({ filters: sessionLabel });
  const container = found.find(({ Names }) => Names.some((name) => name.includes(sessionName)));
  return container?.Labels['dibs.session'] ?? '';
}

/** Available + spent = granted, to the tick. */
async function expectBookToAddUp(dibs: DibsProcess, sessions: readonly ApiSession[]) {
  const granted = 500n * 3_600_000n;
  const spent = sessions.reduce((sum, { chargedTicks }) => sum + BigInt(chargedTicks ?? 0), 0n);
  const path = '/api/balance';
  const { balance } = await getApi<{ balance: { availableTicks: string } }>(dibs.url, 'bob', path);
  expect(BigInt(balance.availableTicks) + spent).toBe(granted);
}

function siteOf({ tcp, probeImage, image }: GpuHost): Record<string, string> {
  const { ca, cert, key } = tcp;
  const site = `
teams:
  - {name: lab, credits: 500, people: [{name: alice, admin: true}, {name: bob}, {name: carol}]}
hosts:
  - {name: gpu-1, docker: 'tcp://${tcp.host}:${tcp.port}', tls: ., probeImage: '${probeImage}'}
images:
  - {name: pytorch, reference: '${image.reference}'}
`;
  return { 'dibs.yaml': site, 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key };
}
