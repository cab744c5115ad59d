import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkImageAlone } from '../../adapters/docker/image-check.ts';
import { pingEngine } from '../../adapters/docker/ping.ts';
import { checkImage } from '../../adapters/docker/smoke.ts';
import { frameOf } from '../support/engine-answers.ts';
import { type ScriptedEngine, startScriptedEngine } from '../support/scripted-engine.ts';

const never = new AbortController().signal;
const reference = 'dibs/pytorch:2';
const verdict = {
  ...{ ok: true, torch: null, cuda: false, cudaVersion: null },
  ...{ devices: [], checks: [], freeDiskBytes: null, jupyter: null },
};
const printed = `a warning\n${JSON.stringify(verdict)}\n`;

let engine: ScriptedEngine;
beforeEach(async () => {
  engine = await startScriptedEngine();
});
afterEach(() => engine.close());

describe('an image alone', () => {
  const started = () => engine.asked.filter(({ line }) => line.includes('/create'));
  const check = () => checkImageAlone(engine.connection, reference, never);
  beforeEach(() => {
    engine.on(/^POST \/containers\/create/, ({ body }) => ({
      Id: JSON.parse(body).HostConfig.DeviceRequests ? 'gpu' : 'cpu',
    }));
    engine.on(/^POST \/containers\/\w+\/start/, { status: 204 });
    engine.on(/^GET \/containers\/\w+\/json/, { State: { Status: 'exited' } });
    engine.on(/^GET \/containers\/\w+\/logs/, frameOf(1, printed));
    engine.on(/^DELETE/, { status: 204 });
  });

  it('is checked on all GPUs, confined, and nothing of it stays', async () => {
    expect(await check()).toEqual(verdict);
    expect(started().map(({ body }) => JSON.parse(body))).toEqual([
      {
        Image: reference,
        Labels: { 'dibs.role': 'check' },
        Entrypoint: ['dibs-smoke'],
        HostConfig: {
          Init: true,
          CapDrop: ['ALL'],
          SecurityOpt: ['no-new-privileges'],
          ShmSize: 2 ** 30,
          DeviceRequests: [
            { Driver: 'nvidia', Count: -1, Capabilities: [['gpu', 'utility', 'compute']] },
          ],
        },
      },
    ]);
    expect(engine.lines(/^DELETE/)).toEqual(['DELETE /containers/gpu']);
  });

  it('is checked without GPUs where the engine has none to give', async () => {
    engine.on(/gpu\/start/, { status: 500, message: 'could not select device driver "nvidia"' });
    expect(await check()).toEqual(verdict);
    expect(engine.lines(/^DELETE/)).toEqual(['DELETE /containers/gpu', 'DELETE /containers/cpu']);
  });

  it('is waited for while it runs, but not where it was taken away', async () => {
    let looks = 0;
    engine.on(/^GET \/containers\/gpu\/json/, () =>
      looks++ === 0 ? { State: { Status: 'running' } } : { status: 404, message: 'gone' },
    );
    expect(await check()).toEqual(verdict);
    expect(looks).toBe(2);
  });

  it.each([
    [
      /create/,
      { status: 404, message: 'No such image' },
      'image_missing',
      `ada: ${reference} is not there`,
    ],
    [/create/, { status: 500, message: 'out of order' }, 'engine_refused', 'ada: out of order'],
    [/start/, { status: 500, message: 'out of order' }, 'engine_refused', 'ada: out of order'],
    [
      /logs/,
      frameOf(1, 'Traceback'),
      'engine_refused',
      `ada: dibs-smoke of ${reference} printed no verdict`,
    ],
  ])('that cannot be checked says why: %s', async (pattern, answer, ...[code, detail]) => {
    engine.on(pattern, answer);
    await expect(check()).rejects.toMatchObject({ code, facts: { detail } });
    expect(engine.lines(/^DELETE/)).toHaveLength(String(pattern) === '/create/' ? 0 : 1);
  });
});

describe('the image of a session', () => {
  const check = (signal = never) => checkImage(engine.connection, 'c1', signal);

  it('is checked by its own program, whatever a person has in the way', async () => {
    engine.runs({ stdout: printed });
    expect(await check()).toEqual(verdict);
    expect(JSON.parse(engine.asked[0]?.body ?? '').Cmd).toEqual([
      'sh',
      '-c',
      'PATH=/opt/dibs/bin:/usr/local/nvidia/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; exec timeout -k 5 130 dibs-smoke',
    ]);
  });

  it.each([
    [
      { exitCode: 127, stderr: 'a\nsh: dibs-smoke: not found\n' },
      'exit code 127: sh: dibs-smoke: not found',
    ],
    [{ exitCode: 1, stdout: 'Traceback\n' }, 'exit code 1: Traceback'],
    [{ exitCode: 124 }, 'exit code 124'],
    [{ exitCode: 1, stdout: 'x'.repeat(300) }, `exit code 1: ${'x'.repeat(200)}`],
  ])('that gives no verdict has failed it: %#', async (outcome, detail) => {
    engine.runs(outcome);
    expect(await check()).toEqual({
      ...verdict,
      ok: false,
      checks: [{ name: 'dibs-smoke', ok: false, seconds: 0, detail }],
    });
  });

  it('is not judged where the engine went away, or who asked', async () => {
    engine.runs({ isRunning: true });
    await expect(check()).rejects.toMatchObject({ code: 'host_unreachable' });
    await expect(check(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a ping', () => {
  it.each([
    [200, true],
    [503, false],
  ])('that is answered %i finds an engine: %s', async (status, isThere) => {
    const folder = await mkdtemp(join(tmpdir(), 'dibs-ping-'));
    const path = join(folder, 'docker.sock');
    const server = createServer((request, response) =>
      response.writeHead(request.url === '/_ping' ? status : 404).end(),
    );
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(await pingEngine(path)).toBe(isThere);
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  it('finds none where nobody listens', async () => {
    expect(await pingEngine('/nowhere/docker.sock')).toBe(false);
  });
});
