import { expect, test } from 'vitest';

import {
  beginStart,
  createTestFleet,
  deviceUuidsOf,
  never,
  noon,
  sessionSpec,
  startReady,
} from '../support/simulated-fleet.ts';

const root = 'http://127.0.0.1:4000/simulated/brave-otter/';
const token = 'correct-token';

async function createReadySession() {
  const world = createTestFleet();
  const deviceUuids = await deviceUuidsOf(world.spawner);
  const spec = sessionSpec({ token, deviceUuids });
  await startReady(world, spec);
  const get = (path: string, headers: Record<string, string> = {}) =>
    world.fleet.page(new Request(`${root}${path}`, { headers }));
  return { ...world, spec, get };
}

test('status answers as Jupyter does, by either way to give the token', async () => {
  const { get } = await createReadySession();
  const ways = [
    get(`api/status?token=${token}`),
    get('api/status', { authorization: `token ${token}` }),
  ];
  for (const response of ways) {
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      started: new Date(noon.getTime() + 20_000).toISOString(),
      last_activity: new Date(noon.getTime() + 60_000).toISOString(),
      connections: 1,
      kernels: 1,
    });
  }
});

test('the last activity of a resting session stands still', async () => {
  const { clock, fleet, get, spec } = await createReadySession();
  const restingSince = clock.now();
  fleet.rest(spec.sessionId);
  await clock.advance(600_000);
  expect(await get(`api/status?token=${token}`).json()).toMatchObject({
    last_activity: restingSince.toISOString(),
    connections: 0,
  });
});

test('without the right token nothing is shown', async () => {
  const { get } = await createReadySession();
  for (const path of ['api/status', 'lab', 'lab?token=', 'lab?token=wrong', 'api/nothing'])
    expect(get(path).status).toBe(403);
});

test('a session that does not run has no page', async () => {
  const { fleet, get, spawner, spec } = await createReadySession();
  expect(fleet.page(new Request('http://127.0.0.1:4000/simulated/other/lab')).status).toBe(404);
  expect(fleet.page(new Request('http://127.0.0.1:4000/elsewhere')).status).toBe(404);
  fleet.exitContainer(spec.sessionId, 0, { outOfMemory: false });
  expect(get(`lab?token=${token}`).status).toBe(404);
  await spawner.stop(spec.sessionId, 0, never);
  expect(get(`lab?token=${token}`).status).toBe(404);
});

test('the page waits until Jupyter would be up', async () => {
  const { clock, fleet, spawner } = createTestFleet({ pullSeconds: 0 });
  beginStart(spawner, sessionSpec({ token }));
  await clock.advance(2999);
  const statusNow = () => fleet.page(new Request(`${root}api/status?token=${token}`)).status;
  expect(statusNow()).toBe(503);
  await clock.advance(1);
  expect(statusNow()).toBe(200);
});

test('a lost host shows no page', async () => {
  const { fleet, get } = await createReadySession();
  fleet.loseHost('gpu-1');
  expect(get(`lab?token=${token}`).status).toBe(502);
});

test('two sessions of one name are told apart by their tokens', async () => {
  const { fleet, spawner, clock, get } = await createReadySession();
  const other = sessionSpec({ token: 'other-token' });
  await startReady({ fleet, spawner, clock }, other);
  expect(await get(`lab?token=${token}`).text()).toContain('GPU 1: NVIDIA A100-SXM4-80GB');
  expect(await get('lab?token=other-token').text()).toContain('this session has no GPU');
});

test('the lab page says that it is simulated, what it has and how to get real', async () => {
  const { get, spec } = await createReadySession();
  const response = get(`lab?token=${token}`);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  const html = await response.text();
  expect(html).toContain('This fleet is simulated');
  for (const [index, uuid] of spec.deviceUuids.entries())
    expect(html).toContain(`GPU ${index}: NVIDIA A100-SXM4-80GB (UUID: ${uuid})`);
  expect(html).toContain('hosts:\n  - name: gpu-1\n    docker: unix:///var/run/docker.sock');
  expect(html).not.toContain(token);
});

test('names cannot carry markup into the page', async () => {
  const devices = [{ model: '<b>"A100" & more', memoryMib: 1 }];
  const world = createTestFleet({ hosts: [{ name: 'gpu-1', devices }] });
  await startReady(world, sessionSpec({ token, deviceUuids: await deviceUuidsOf(world.spawner) }));
  const html = await world.fleet.page(new Request(`${root}lab?token=${token}`)).text();
  expect(html).toContain('&lt;b&gt;&quot;A100&quot; &amp; more');
  expect(html).not.toContain('<b>');
});
