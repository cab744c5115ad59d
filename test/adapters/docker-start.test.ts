import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SessionStage, sessionContainer, stageSession } from '../support/session-on-engine.ts';

let stage: SessionStage;
beforeEach(async () => {
  stage = await stageSession();
});
afterEach(() => stage.close());

const missing = { status: 404, message: 'No such image: dibs/pytorch' };
const createdOnce = (then: object) => {
  let times = 0;
  stage.engine.on(/^POST \/containers\/create/, () => (times++ === 0 ? missing : then));
};

describe('a start', () => {
  it('asks the engine for no more than it takes, and is told step by step', async () => {
    const url = `http://127.0.0.1:${stage.jupyter.port}/s/brave-otter/`;
    expect(await stage.begin()).toEqual({ containerId: 'c1', url, ssh: null, verdict: null });
    expect(stage.engine.lines()).toEqual([
      'GET /info',
      'POST /containers/create',
      'POST /containers/c1/start',
      'GET /containers/c1/json',
      'POST /containers/c1/exec',
      'POST /exec/run/start',
      'GET /exec/run/json',
    ]);
    expect(stage.progress).toEqual([{ stage: 'creating' }, { stage: 'booting' }]);
    expect(stage.jupyter.asked).toEqual([
      { url: '/s/brave-otter/api/status', authorization: 'token the-secret-token' },
    ]);
    await stage.begin();
    expect(stage.engine.lines(/info/)).toHaveLength(1);
  });

  it('hands token and keys in by an environment that nothing shows', async () => {
    await stage.begin();
    const { body = '' } = stage.engine.asked.find(({ line }) => line.endsWith('/c1/exec')) ?? {};
    expect(JSON.parse(body).Cmd).toEqual(['sh', '-c', expect.stringContaining('umask 077')]);
    expect(JSON.parse(body).Env).toEqual([
      'DIBS_TOKEN=the-secret-token',
      'DIBS_KEYS=ssh-ed25519 AAAA bob\n',
    ]);
    const created = stage.engine.asked.find(({ line }) => line.includes('/create'));
    expect(created?.line).toContain(`name=${sessionContainer}`);
    expect(created?.body).not.toContain('the-secret-token');
  });

  it('has an address for SSH where the image has a server for it', async () => {
    const ports = {
      '8888/tcp': [{ HostPort: String(stage.jupyter.port) }],
      '2222/tcp': [{ HostPort: '32769' }],
    };
    stage.engine.on(/^GET \/containers\/c1\/json/, () => stage.container({ ports }));
    expect(await stage.begin()).toMatchObject({ ssh: { host: '127.0.0.1', port: 32_769 } });
  });

  it('is checked by its image where that is asked for', async () => {
    expect(await stage.begin({ check: true })).toMatchObject({ verdict: { ok: false } });
    expect(stage.progress.at(-1)).toEqual({ stage: 'checking' });
  });

  it('goes on where the container runs already', async () => {
    stage.engine.on(/^POST \/containers\/c1\/start/, { status: 304 });
    expect(await stage.begin()).toMatchObject({ containerId: 'c1' });
  });

  it('fetches an image that is not there, once', async () => {
    createdOnce({ Id: 'c1' });
    stage.engine.on(/^POST \/images\/create/, '{"status":"Pull complete"}\n');
    expect(await stage.begin()).toMatchObject({ containerId: 'c1' });
    expect(stage.engine.lines(/^POST \/(images|containers\/create)/)).toEqual([
      'POST /containers/create',
      'POST /images/create',
      'POST /containers/create',
    ]);
    stage.engine.on(/^POST \/containers\/create/, missing);
    await expect(stage.begin()).rejects.toMatchObject({ code: 'image_missing' });
    expect(stage.engine.lines(/^POST \/images/)).toHaveLength(2);
  });

  it('finds what an earlier try created', async () => {
    stage.engine.on(/^POST \/containers\/create/, { status: 409, message: 'the name is in use' });
    stage.engine.on(new RegExp(`^GET /containers/${sessionContainer}/json`), () =>
      stage.container({}),
    );
    expect(await stage.begin()).toMatchObject({ containerId: 'c1' });
  });

  it.each([
    ['another installation', { 'dibs.installation': 'another' }],
    ['another session', { 'dibs.session': 'another' }],
    ['another role', { 'dibs.role': 'probe' }],
  ])('takes no container of %s that has its name', async (_, labels) => {
    stage.engine.on(/^POST \/containers\/create/, { status: 409, message: 'the name is in use' });
    stage.engine.on(new RegExp(`^GET /containers/${sessionContainer}/json`), () =>
      stage.container({ labels }),
    );
    await expect(stage.begin()).rejects.toMatchObject({ code: 'engine_refused' });
    expect(stage.engine.lines(/start$/)).toEqual([]);
  });

  it('that is called off creates nothing any more', async () => {
    await expect(stage.begin({}, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    expect(stage.engine.lines(/create/)).toEqual([]);
  });

  it('that is called off while it creates starts nothing', async () => {
    const ending = new AbortController();
    stage.engine.on(/^POST \/containers\/create/, () => {
      ending.abort();
      return { Id: 'c1' };
    });
    await expect(stage.begin({}, ending.signal)).rejects.toMatchObject({ code: 'aborted' });
    expect(stage.engine.lines(/c1/)).toEqual([]);
  });

  it('without a port is refused where the container runs', async () => {
    stage.engine.on(/^GET \/containers\/c1\/json/, () => stage.container({ ports: {} }));
    await expect(stage.begin()).rejects.toMatchObject({
      code: 'engine_refused',
      facts: { detail: 'ada: the engine published no port' },
    });
  });

  it.each([
    [false, ''],
    [true, ', out of memory'],
  ])('that ends at once says how, with its last words: out of memory %s', async (oom, more) => {
    stage.engine.on(/^GET \/containers\/c1\/json/, () =>
      stage.container({ status: 'exited', ports: {}, oom }),
    );
    await expect(stage.begin()).rejects.toMatchObject({
      code: 'container_exited',
      facts: {
        exitCode: 137,
        logTail: 'Killed',
        detail: `ada: the container ended with exit code 137${more}`,
      },
    });
  });

  it('whose container was removed says so', async () => {
    stage.engine.on(/^GET \/containers\/c1\/json/, { status: 404, message: 'No such container' });
    await expect(stage.begin()).rejects.toMatchObject({
      code: 'container_exited',
      facts: { detail: 'ada: it was removed' },
    });
  });
});
