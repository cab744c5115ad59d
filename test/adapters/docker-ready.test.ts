import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admitKeys } from '../../adapters/docker/admission.ts';
import {
  leasedUuid,
  type SessionStage,
  sessionSpec,
  stageSession,
} from '../support/session-on-engine.ts';

const never = new AbortController().signal;

let stage: SessionStage;
beforeEach(async () => {
  stage = await stageSession();
});
afterEach(() => stage.close());

describe('a session is ready', () => {
  it('only when Jupyter takes its token', async () => {
    stage.jupyter.statuses.unshift(503, 302, 403, 404);
    await stage.begin();
    const asked = stage.jupyter.asked.map(({ url }) => url);
    expect(asked).toEqual(Array(5).fill('/s/brave-otter/api/status'));
  });

  it.each([
    [
      'another device',
      'GPU 0: NVIDIA A100 (UUID: GPU-2)',
      `leased ${leasedUuid}; seen inside: GPU-2`,
    ],
    ['no device', '', `leased ${leasedUuid}; seen inside: none`],
    [
      'one more',
      `GPU 0: A (UUID: ${leasedUuid})\nGPU 1: A (UUID: GPU-2)`,
      `leased ${leasedUuid}; seen inside: GPU-2 ${leasedUuid}`,
    ],
  ])('never with %s than was leased', async (_, stdout, detail) => {
    stage.engine.runs({ stdout });
    await expect(stage.begin()).rejects.toMatchObject({
      code: 'device_missing',
      facts: { host: 'ada', detail: `ada: ${detail}` },
    });
  });

  it('never with a device that nobody leased', async () => {
    await expect(stage.begin({ deviceUuids: [] })).rejects.toMatchObject({
      facts: { detail: `ada: leased no GPU; seen inside: ${leasedUuid}` },
    });
  });

  it('with its devices in whatever order', async () => {
    stage.engine.runs({ stdout: `GPU 0: A (UUID: GPU-2)\nGPU 1: A (UUID: GPU-1)` });
    expect(await stage.begin({ deviceUuids: ['GPU-1', 'GPU-2'] })).toMatchObject({
      containerId: 'c1',
    });
  });

  it('without nvidia-smi where it leased no device', async () => {
    stage.engine.runs({ exitCode: 127, stderr: 'timeout: failed to run command' });
    expect(await stage.begin({ deviceUuids: [] })).toMatchObject({ containerId: 'c1' });
  });

  it('never where nvidia-smi fails, and says what that said', async () => {
    stage.engine.runs({ exitCode: 9, stdout: 'Failed to initialize NVML\nmore' });
    await expect(stage.begin()).rejects.toMatchObject({
      facts: { detail: `ada: leased ${leasedUuid}; seen inside: Failed to initialize NVML` },
    });
  });

  it('never without its token', async () => {
    stage.engine.runs({ exitCode: 92, stderr: 'sh: no space\n' });
    await expect(stage.begin()).rejects.toMatchObject({
      code: 'engine_refused',
      facts: { detail: 'ada: the token could not be written: sh: no space' },
    });
  });

  it('with a workspace of its own where the image left that to root', async () => {
    let runs = 0;
    stage.engine.on(/^GET \/exec\/run\/json$/, () => ({
      ExitCode: runs++ === 0 ? 91 : 0,
      Running: false,
    }));
    stage.engine.on(/^PUT \/containers\/c1\/archive\?path=\/$/, {});
    expect(await stage.begin()).toMatchObject({ containerId: 'c1' });
    expect(stage.engine.lines(/^PUT/)).toHaveLength(1);
    expect(stage.engine.lines(/exec$/)).toHaveLength(2);
    const archive = stage.engine.asked.find(({ line }) => line.startsWith('PUT'))?.body ?? '';
    expect(archive.slice(0, 10)).toBe('workspace/');
    expect(archive.slice(100, 115)).toBe('0000755\x000001750');
  });

  it('never where it ended meanwhile, which explains it better than what failed', async () => {
    stage.engine.runs({ stdout: '' });
    let looks = 0;
    stage.engine.on(/^GET \/containers\/c1\/json/, () =>
      stage.container({ status: looks++ === 0 ? 'running' : 'exited' }),
    );
    await expect(stage.begin()).rejects.toMatchObject({ code: 'container_exited' });
  });
});

describe('new keys for a session', () => {
  const admitted = () =>
    admitKeys(
      stage.engine.host,
      { sessionId: sessionSpec.sessionId, keys: sessionSpec.sshKeys },
      never,
    );
  const list = (...all: object[]) => stage.engine.on(/^GET \/containers\/json/, all);

  it('are written where it runs', async () => {
    list({ Id: 'c1', State: 'running' });
    await admitted();
    const { body = '' } = stage.engine.asked.find(({ line }) => line.endsWith('/c1/exec')) ?? {};
    expect(JSON.parse(body).Env).toEqual(['DIBS_KEYS=ssh-ed25519 AAAA bob\n']);
  });

  it.each([[[]], [[{ Id: 'c1', State: 'exited' }]]])(
    'are written nowhere else: %j',
    async (all) => {
      list(...all);
      await admitted();
      expect(stage.engine.lines(/exec/)).toEqual([]);
    },
  );

  it('that could not be written are told of', async () => {
    list({ Id: 'c1', State: 'running' });
    stage.engine.runs({ exitCode: 1, stderr: 'sh: no space\n' });
    await expect(admitted()).rejects.toMatchObject({
      code: 'engine_refused',
      facts: { host: 'ada', detail: 'ada: the SSH keys could not be written: sh: no space' },
    });
  });
});
