import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exec } from '../../adapters/docker/exec.ts';
import { createObserver } from '../../adapters/docker/observe.ts';
import { stop } from '../../adapters/docker/stop.ts';
import {
  installationId,
  type ScriptedEngine,
  startScriptedEngine,
} from '../support/scripted-engine.ts';

const never = new AbortController().signal;

let engine: ScriptedEngine;
beforeEach(async () => {
  engine = await startScriptedEngine();
});
afterEach(() => engine.close());

const ports = [
  { PrivatePort: 8888, PublicPort: 32_768 },
  { PrivatePort: 2222, PublicPort: 32_769 },
];
const labels = { 'dibs.session': 'of-otter', 'dibs.name': 'brave-otter' };
const listed = { Id: 'c1', State: 'running', Labels: labels, Ports: ports };
const state = {
  Status: 'running',
  StartedAt: '2026-03-02T10:00:00Z',
  FinishedAt: '0001-01-01T00:00:00Z',
  ExitCode: 0,
  OOMKilled: false,
};
const running = {
  sessionId: 'of-otter',
  containerId: 'c1',
  state: 'running',
  startedAt: new Date('2026-03-02T10:00:00Z'),
  finishedAt: null,
  exitCode: null,
  outOfMemory: false,
  url: 'http://127.0.0.1:32768/s/brave-otter/',
  ssh: { host: '127.0.0.1', port: 32_769 },
};

describe('what runs on a host', () => {
  const list = (...containers: object[]) => engine.on(/^GET \/containers\/json/, containers);
  const show = (changes: object) =>
    engine.on(/^GET \/containers\/c1\/json/, { Id: 'c1', State: { ...state, ...changes } });
  const looks = () => engine.lines(/c1\/json/).length;

  it('is what bears this installation’s labels, stopped or not', async () => {
    list();
    expect(await createObserver(engine.host)(never)).toEqual([]);
    const query = new URL(engine.asked[0]?.line.split(' ')[1] ?? '', 'http://docker').searchParams;
    expect(query.get('all')).toBe('true');
    expect(JSON.parse(query.get('filters') ?? '')).toEqual({
      label: [`dibs.installation=${installationId}`, 'dibs.role=session'],
    });
  });

  it('is looked at one by one only where it is new or has changed', async () => {
    const observe = createObserver(engine.host);
    list(listed);
    show({});
    expect(await observe(never)).toEqual([running]);
    expect(await observe(never)).toEqual([running]);
    expect(looks()).toBe(1);
    const [web, ssh] = ports;
    for (const moved of [
      [{ ...web, PublicPort: 1 }, ssh],
      [
        { ...web, PublicPort: 1 },
        { ...ssh, PublicPort: 2 },
      ],
    ]) {
      list({ ...listed, Ports: moved });
      await observe(never);
    }
    expect(looks()).toBe(3);
    const finished = { Status: 'exited', FinishedAt: '2026-03-02T11:00:00Z', ExitCode: 137 };
    list({ ...listed, State: 'exited', Ports: [] });
    show({ ...finished, OOMKilled: true });
    expect(await observe(never)).toEqual([
      {
        ...running,
        state: 'exited',
        finishedAt: new Date('2026-03-02T11:00:00Z'),
        exitCode: 137,
        outOfMemory: true,
        url: null,
        ssh: null,
      },
    ]);
    expect(looks()).toBe(4);
  });

  it('has no address without a port or a name', async () => {
    const observe = createObserver(engine.host);
    show({});
    list({ ...listed, Ports: [] });
    expect(await observe(never)).toEqual([{ ...running, url: null, ssh: null }]);
    list({ ...listed, Labels: { 'dibs.session': 'of-otter' } });
    expect(await observe(never)).toEqual([{ ...running, url: null, ssh: null }]);
  });

  it.each([
    ['created', 'created', null],
    ['paused', 'running', running.startedAt],
    ['restarting', 'running', running.startedAt],
    ['dead', 'exited', running.startedAt],
    ['removing', 'exited', running.startedAt],
  ])('that the engine calls %s is %s', async (status, known, startedAt) => {
    list({ ...listed, State: status });
    show({ Status: status });
    expect(await createObserver(engine.host)(never)).toMatchObject([{ state: known, startedAt }]);
  });

  it('is not what was removed since it was listed', async () => {
    list(listed);
    engine.on(/^GET \/containers\/c1\/json/, { status: 404, message: 'No such container: c1' });
    expect(await createObserver(engine.host)(never)).toEqual([]);
  });

  it('is not known while the engine has troubles', async () => {
    list(listed);
    engine.on(/^GET \/containers\/c1\/json/, { status: 500, message: 'out of order' });
    await expect(createObserver(engine.host)(never)).rejects.toMatchObject({
      code: 'engine_refused',
      facts: { host: 'ada', detail: 'ada: out of order' },
    });
  });
});

describe('stopping a session', () => {
  /** What is listed, one after the other; the last stays. */
  function listing(...answers: object[][]) {
    let at = 0;
    engine.on(/^GET \/containers\/json/, () => answers[Math.min(at++, answers.length - 1)] ?? []);
  }
  const stopping = { sessionId: 'of-otter', graceSeconds: 30 };
  const ends = { stop: /^POST \/containers\/c1\/stop/, remove: /^DELETE \/containers\/c1/ };
  const changes = () => engine.asked.flatMap(({ line }) => (line.startsWith('GET') ? [] : [line]));

  it('asks for its end, takes it away with its nameless volumes, and no other’s', async () => {
    listing([listed], []);
    engine.on(ends.stop, { status: 204 });
    engine.on(ends.remove, { status: 204 });
    await stop(engine.host, stopping, never);
    expect(changes()).toEqual([
      'POST /containers/c1/stop?t=30',
      'DELETE /containers/c1?force=true&v=true',
    ]);
    expect(engine.asked[0]?.line).toContain('dibs.session=of-otter');
  });

  it('changes nothing where there is nothing', async () => {
    listing([]);
    await stop(engine.host, stopping, never);
    expect(engine.lines()).toEqual(['GET /containers/json']);
  });

  it.each([
    ['is not running', { ...listed, State: 'exited' }, 30],
    ['is given no time', listed, 0],
  ])('takes away at once what %s', async (_, container, graceSeconds) => {
    listing([container], []);
    engine.on(ends.remove, { status: 204 });
    await stop(engine.host, { ...stopping, graceSeconds }, never);
    expect(changes()).toEqual(['DELETE /containers/c1?force=true&v=true']);
  });

  it.each([
    [304, 404],
    [404, 409],
    [409, 404],
  ])(
    'is done where it was done already: %i to its end, %i to its removal',
    async (end, removal) => {
      listing([listed], []);
      engine.on(ends.stop, { status: end });
      engine.on(ends.remove, { status: removal });
      await stop(engine.host, stopping, never);
      expect(changes()).toHaveLength(2);
    },
  );

  it.each([
    [500, 204],
    [204, 500],
  ])('is not done where the engine has troubles: %i, %i', async (end, removal) => {
    listing([listed], []);
    engine.on(ends.stop, { status: end, message: 'out of order' });
    engine.on(ends.remove, { status: removal, message: 'out of order' });
    const stopped = stop(engine.host, stopping, never);
    await expect(stopped).rejects.toMatchObject({ code: 'engine_refused' });
  });

  it('looks again until it is gone', async () => {
    listing([listed], [listed], [{ ...listed, State: 'removing' }], []);
    engine.on(ends.stop, { status: 204 });
    engine.on(ends.remove, { status: 409 });
    await stop(engine.host, stopping, never);
    expect(engine.lines(/^DELETE/)).toHaveLength(2);
    expect(engine.lines(/^GET/)).toHaveLength(4);
  });
});

describe('a program run in a container', () => {
  const asked = { id: 'c1', command: ['nvidia-smi', '-L'], environment: ['A=1'] };

  it('has its output by stream, and its exit code', async () => {
    engine.runs({ exitCode: 3, stdout: 'seen', stderr: 'trouble' });
    expect(await exec(engine.connection, asked, never)).toEqual({
      exitCode: 3,
      stdout: 'seen',
      stderr: 'trouble',
    });
    expect(JSON.parse(engine.asked[0]?.body ?? '')).toMatchObject({
      Cmd: asked.command,
      Env: asked.environment,
      AttachStdout: true,
      AttachStderr: true,
    });
  });

  it.each([
    ['still runs', { isRunning: true, exitCode: 0 }],
    ['has no exit code', { exitCode: null }],
  ])('that %s when its output ends was left by the engine', async (_, outcome) => {
    engine.runs(outcome);
    await expect(exec(engine.connection, asked, never)).rejects.toMatchObject({
      code: 'host_unreachable',
      facts: { host: 'ada', detail: 'ada: it went away' },
    });
  });

  it('that prints without end is read no further than a megabyte', async () => {
    engine.runs({ stdout: 'x'.repeat(3_000_000) });
    const { stdout } = await exec(engine.connection, asked, never);
    expect(stdout.length).toBeGreaterThan(999_000);
    expect(stdout.length).toBeLessThan(1_200_000);
  });

  it('is left when whoever asked leaves', async () => {
    engine.on(/exec$/, { Id: 'run' });
    const ending = new AbortController();
    engine.on(/start$/, () => {
      ending.abort();
      return '';
    });
    const ran = exec(engine.connection, asked, ending.signal);
    await expect(ran).rejects.toMatchObject({ code: 'aborted', facts: { host: 'ada' } });
  });
});
