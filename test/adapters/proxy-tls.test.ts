import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { closeAfterEach, publicHost, stageProxy } from '../support/proxy/stage.ts';

closeAfterEach();
const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dibs-proxy-'));
  for (const name of ['first', 'second'])
    await run(
      'openssl',
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${name} -keyout ${name}.key -out ${name}.crt`.split(
        ' ',
      ),
      { cwd: folder },
    );
});
afterAll(() => rm(folder, { recursive: true }));

async function filesOf(name: string) {
  const [certificate, key] = [join(folder, 'used.crt'), join(folder, 'used.key')];
  await copyFile(join(folder, `${name}.crt`), certificate);
  await copyFile(join(folder, `${name}.key`), key);
  return { certificate, key };
}

async function subjectAt(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

it('TLS from files, and from renewed ones without a restart', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  try {
    const publicUrl = new URL(`https://${publicHost}`);
    const { port, lines } = await stageProxy({ publicUrl, tls: await filesOf('first') });
    expect(await subjectAt(port)).toBe('first');
    await writeFile(join(folder, 'used.crt'), 'half a file');
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitUntil(() => lines.some((line) => line.includes('could not be renewed')));
    expect(await subjectAt(port)).toBe('first');
    await filesOf('second');
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitUntil(() => lines.some((line) => line.includes('took up a renewed')));
    expect(await subjectAt(port)).toBe('second');
  } finally {
    vi.useRealTimers();
  }
});

it('a certificate that cannot be used is refused at once, with the setting to look at', async () => {
  const key = join(folder, 'first.key');
  const certificate = join(folder, 'second.crt');
  await expect(stageProxy({ tls: { certificate, key } })).rejects.toThrow(
    /second\.crt and .*first\.key are no certificate and its key/,
  );
  await expect(stageProxy({ tls: { certificate, key: '/nowhere.key' } })).rejects.toThrow(
    '/nowhere.key cannot be read. Check proxy.tls.key.',
  );
});

it('a port that is taken is named', async () => {
  const { port } = await stageProxy();
  await expect(stageProxy({ port })).rejects.toThrow(
    `Port ${port} is taken. Set proxy.port to another one.`,
  );
});

it('what goes wrong while it listens is logged, each time, and it listens on', async () => {
  const { get, lines } = await stageProxy();
  const troubles = ['accept EMFILE', 'accept ENFILE'];
  const left = [...troubles];
  const fail = (message: unknown) =>
    void (message as { server: Server }).server.emit('error', new Error(left.shift()));
  subscribe('http.server.request.start', fail);
  for (const _ of troubles) expect((await get('/')).status).toBe(200);
  unsubscribe('http.server.request.start', fail);
  expect(lines.map((line) => /accept E.FILE/.exec(line)?.[0])).toEqual(troubles);
});

it('with subdomains each session is on a host and an origin of its own', async () => {
  const stage = await stageProxy({ subdomains: true });
  const { proxy, route, get, jupyter } = stage;
  const host = `brave-otter.${publicHost}`;
  const link = new URL(await proxy.access.linkTo(route));
  expect(link.host).toBe(host);
  const origin = `http://${host}`;
  const elsewhere = await get(link.pathname, { method: 'POST', headers: { origin } });
  expect(elsewhere.status).toBe(421);
  const neighbour = { host, origin: `http://calm-heron.${publicHost}` };
  expect((await get(link.pathname, { method: 'POST', headers: neighbour })).status).toBe(403);
  const led = await get(link.pathname, { method: 'POST', headers: { host, origin } });
  const [cookie = ''] = led.headers['set-cookie'] ?? [];
  expect(cookie).not.toMatch(/domain/i);
  const headers = { host, cookie: cookie.split(';')[0] };
  expect((await get('/s/brave-otter/lab', { headers })).status).toBe(200);
  expect(jupyter.seen[0]?.headers['x-forwarded-host']).toBe(host);
  for (const other of [publicHost, `calm-heron.${publicHost}`, `x.${host}`]) {
    const { status } = await get('/s/brave-otter/lab', { headers: { ...headers, host: other } });
    expect(status).toBe(421);
  }
});
