import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createInventory } from '../../adapters/docker/inventory.ts';
import { createProbe } from '../../adapters/docker/probe.ts';
import { frameOf } from '../support/engine-answers.ts';
import {
  installationId,
  type ScriptedEngine,
  startScriptedEngine,
} from '../support/scripted-engine.ts';

const never = new AbortController().signal;
const image = 'debian:13-slim';
const noDriver = 'could not select device driver "nvidia" with capabilities: [[gpu utility]]';

let engine: ScriptedEngine;
beforeEach(async () => {
  engine = await startScriptedEngine();
  engine.on(/^GET \/info/, { NCPU: 32, MemTotal: 64 * 2 ** 30, ServerVersion: '28.0' });
  engine.on(/^GET \/containers\/json/, []);
  engine.on(/^POST \/containers\/create/, { Id: 'p1' });
  engine.on(/^POST \/containers\/p1\/start/, { status: 204 });
  engine.on(/^DELETE/, { status: 204 });
});
afterEach(() => engine.close());

const changes = () => engine.lines(/^(POST|DELETE)/);

describe('the probe', () => {
  const ensure = () => createProbe(engine.host, image).ensure(never);

  it('sees all GPUs and the host’s processes, and can do nothing else', async () => {
    expect(await ensure()).toBe('p1');
    const created = engine.asked.find(({ line }) => line.includes('/create'));
    expect(created?.line).toContain('name=dibs-probe-00000000abcd');
    expect(JSON.parse(created?.body ?? '')).toEqual({
      name: 'dibs-probe-00000000abcd',
      Image: image,
      Entrypoint: ['sleep', 'infinity'],
      Labels: { 'dibs.installation': installationId, 'dibs.role': 'probe' },
      HostConfig: {
        DeviceRequests: [{ Driver: 'nvidia', Count: -1, Capabilities: [['gpu', 'utility']] }],
        PidMode: 'host',
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Memory: 256 * 2 ** 20,
        MemorySwap: 256 * 2 ** 20,
        PidsLimit: 64,
        LogConfig: { Type: 'none', Config: {} },
      },
    });
  });

  it('that runs already is taken, and one that does not is cleared away', async () => {
    engine.on(/^GET \/containers\/json/, [
      { Id: 'old', State: 'exited' },
      { Id: 'p0', State: 'running' },
    ]);
    expect(await ensure()).toBe('p0');
    expect(changes()).toEqual(['DELETE /containers/old']);
  });

  it('is made once for all who ask meanwhile', async () => {
    const probe = createProbe(engine.host, image);
    expect(await Promise.all([probe.ensure(never), probe.ensure(never)])).toEqual(['p1', 'p1']);
    expect(engine.lines(/create/)).toHaveLength(1);
    engine.on(/^GET \/containers\/json/, [{ Id: 'p1', State: 'running' }]);
    expect(await probe.ensure(never)).toBe('p1');
    expect(engine.lines(/create/)).toHaveLength(1);
  });

  it('is none where there is no driver, which is asked again after a minute or at its removal', async () => {
    engine.on(/^POST \/containers\/p1\/start/, { status: 500, message: noDriver });
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const probe = createProbe(engine.host, image);
      const tries = () => engine.lines(/create/).length;
      expect([await probe.ensure(never), await probe.ensure(never), tries()]).toEqual([
        null,
        null,
        1,
      ]);
      expect(engine.lines(/^DELETE/)).toEqual(['DELETE /containers/p1']);
      vi.advanceTimersByTime(59_999);
      await probe.ensure(never);
      expect(tries()).toBe(1);
      vi.advanceTimersByTime(1);
      await probe.ensure(never);
      expect(tries()).toBe(2);
      await probe.remove(never);
      await probe.ensure(never);
      expect(tries()).toBe(3);
      expect(engine.lines(/images/)).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is another’s where that one was quicker', async () => {
    let lists = 0;
    engine.on(/^GET \/containers\/json/, () =>
      lists++ === 0 ? [] : [{ Id: 'p0', State: 'running' }],
    );
    engine.on(/^POST \/containers\/create/, { status: 409, message: 'the name is in use' });
    expect(await ensure()).toBe('p0');
  });

  it('is the engine’s refusal where nobody has its name', async () => {
    engine.on(/^POST \/containers\/create/, { status: 409, message: 'the name is in use' });
    await expect(ensure()).rejects.toMatchObject({ code: 'engine_refused' });
    engine.on(/^POST \/containers\/create/, { status: 500, message: 'out of order' });
    await expect(ensure()).rejects.toMatchObject({ facts: { detail: 'ada: out of order' } });
  });

  describe('whose image is not there', () => {
    const isNothing = ({ body }: { body: string }) => JSON.parse(body).Image === 'dibs-nothing:1';
    let isPulled = false;
    beforeEach(() => {
      isPulled = false;
      engine.on(/^POST \/containers\/create/, (asked) => {
        if (isNothing(asked)) return { Id: 'n1' };
        return isPulled ? { Id: 'p1' } : { status: 404, message: `No such image: ${image}` };
      });
      engine.on(/^GET \/images\/json/, []);
      engine.on(/^POST \/images\/create\?repo=dibs-nothing/, '{"status":"sha256:1"}\n');
      engine.on(/^POST \/images\/create\?fromImage/, () => {
        isPulled = true;
        return '{"status":"done"}\n';
      });
    });

    it('pulls none where the engine hands out no GPUs', async () => {
      engine.on(/^POST \/containers\/n1\/start/, { status: 500, message: noDriver });
      expect(await ensure()).toBeNull();
      expect(engine.asked.filter(({ line }) => line.includes('fromImage'))).toEqual([]);
    });

    it('is pulled where only the program is missing, and what was tried is gone', async () => {
      engine.on(/^POST \/containers\/n1\/start/, { status: 400, message: 'sleep: not found' });
      expect(await ensure()).toBe('p1');
      expect(engine.lines(/^DELETE/)).toEqual(['DELETE /containers/n1']);
      const imported = engine.asked.find(({ line }) => line.includes('fromSrc'));
      expect(imported?.line).toContain('repo=dibs-nothing&tag=1');
      expect(imported?.line).toContain(`LABEL dibs.installation=${installationId}`);
    });

    it('is tried with what was imported before', async () => {
      engine.on(/^GET \/images\/json/, [{ Id: 'sha256:1' }]);
      engine.on(/^POST \/containers\/n1\/start/, { status: 400, message: 'sleep: not found' });
      expect(await ensure()).toBe('p1');
      expect(engine.asked.filter(({ line }) => line.includes('fromSrc'))).toEqual([]);
    });
  });
});

describe('the inventory', () => {
  const [first, second] = ['GPU-1', 'GPU-2'];
  const row = (index: number, uuid: string) =>
    `${index}, ${uuid}, NVIDIA A100, 81920, 10, 20, 30, 40, 580.95.05`;
  type Told = { exitCode?: number; stdout?: string; stderr?: string };

  /** What nvidia-smi prints, by its arguments. */
  function smi(answer: (args: string[]) => Told) {
    const told = new Map<string, Told>();
    let count = 0;
    engine.on(/^POST \/containers\/\w+\/exec$/, ({ body }) => {
      count += 1;
      told.set(`${count}`, answer(JSON.parse(body).Cmd.slice(3)));
      return { Id: `${count}` };
    });
    const of = (line: string) => told.get(/exec\/(\d+)/.exec(line)?.[1] ?? '') ?? {};
    engine.on(/^POST \/exec\/\d+\/start$/, ({ line }) =>
      Buffer.concat([frameOf(1, of(line).stdout ?? ''), frameOf(2, of(line).stderr ?? '')]),
    );
    engine.on(/^GET \/exec\/\d+\/json$/, ({ line }) => ({
      ExitCode: of(line).exitCode ?? 0,
      Running: false,
    }));
  }
  const isApps = (args: string[]) => args[0]?.startsWith('--query-compute-apps') === true;
  const isGpus = (args: string[]) => args[0]?.startsWith('--query-gpu') === true;
  const take = () => createInventory(engine.host, createProbe(engine.host, image))(never);
  const processors = {
    engine: 'docker 28.0',
    cpus: 32,
    memoryBytes: 64 * 2 ** 30,
    simulated: false,
  };

  it('of a host without GPUs has its processors, and that is no fault', async () => {
    engine.on(/^POST \/containers\/p1\/start/, { status: 500, message: noDriver });
    expect(await take()).toEqual({ ...processors, driver: null, cuda: null, devices: [] });
  });

  it('has each GPU with its processes, its driver and what CUDA it bears', async () => {
    const process = `${second}, 42, python, 1024\n`;
    smi((args) => ({
      stdout: isApps(args)
        ? process
        : isGpus(args)
          ? `${row(0, first)}\n${row(1, second)}\n`
          : 'CUDA Version: 13.0 ',
    }));
    const found = await take();
    expect(found).toMatchObject({ ...processors, driver: '580.95.05', cuda: '13.0' });
    expect(found.devices.map(({ uuid, sample }) => [uuid, sample?.processes])).toEqual([
      [first, []],
      [second, [{ pid: 42, name: 'python', memoryMib: 1024 }]],
    ]);
  });

  it('asks for the CUDA version once for each probe', async () => {
    const asked: string[][] = [];
    smi((args) => {
      asked.push(args);
      return { stdout: isGpus(args) ? row(0, first) : '' };
    });
    const inventory = createInventory(engine.host, createProbe(engine.host, image));
    for (let time = 0; time < 2; time += 1) expect((await inventory(never)).cuda).toBeNull();
    expect(asked.filter((args) => args.length === 0)).toHaveLength(1);
  });

  it('has the others where one GPU is lost', async () => {
    const lost = {
      exitCode: 15,
      stdout: 'Unable to determine the device handle for GPU0: GPU is lost.',
    };
    smi((args) => {
      if (args[0] !== '-i') return isGpus(args) ? lost : { stdout: '' };
      return args[1] === '15' ? { stdout: row(15, second) } : lost;
    });
    expect((await take()).devices.map(({ uuid }) => uuid)).toEqual([second]);
    expect(engine.lines(/exec$/)).toHaveLength(2 + 16 + 1);
  });

  it.each([
    [{ exitCode: 9, stdout: 'GPU is lost.' }, 'gpu_runtime_missing', 'nvidia-smi: GPU is lost.'],
    [{ exitCode: 9, stdout: 'a\nb\n' }, 'gpu_runtime_missing', 'nvidia-smi: a b'],
    [{ exitCode: 127, stderr: 'not found' }, 'gpu_runtime_missing', 'nvidia-smi: not found'],
    [{ exitCode: 124 }, 'deadline_passed', 'nvidia-smi did not answer within 5 s'],
  ])('is a fault where the driver fails: %j', async (told, code, detail) => {
    smi(() => told);
    await expect(take()).rejects.toMatchObject({
      code,
      facts: { host: 'ada', detail: expect.stringContaining(`ada: ${detail}`) },
    });
  });

  it('is asked of a new probe where the old one lost its GPUs', async () => {
    let isNew = false;
    engine.on(/^DELETE/, () => {
      isNew = true;
      return { status: 204 };
    });
    engine.on(/^GET \/containers\/json/, () => (isNew ? [] : [{ Id: 'p0', State: 'running' }]));
    smi((args) => {
      if (isNew) return { stdout: isGpus(args) ? row(0, first) : '' };
      return { exitCode: 255, stdout: 'Failed to initialize NVML: Unknown Error' };
    });
    expect((await take()).devices).toHaveLength(1);
    expect(changes().filter((line) => !line.includes('exec'))).toEqual([
      'DELETE /containers/p0',
      'POST /containers/create',
      'POST /containers/p1/start',
    ]);
  });

  it.each([404, 409])('is asked of a new probe where the old one went away: %i', async (status) => {
    let lists = 0;
    engine.on(/^GET \/containers\/json/, () =>
      lists++ === 0 ? [{ Id: 'gone', State: 'running' }] : [],
    );
    smi((args) => ({ stdout: isGpus(args) ? row(0, first) : '' }));
    engine.on(/^POST \/containers\/gone\/exec$/, { status, message: 'it is gone' });
    expect((await take()).devices).toHaveLength(1);
  });
});
