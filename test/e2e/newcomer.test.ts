import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DibsProcess, startDibsProcess } from '../support/dibs-process.ts';
import { type ApiSession, getApi, gpu } from '../support/terminal.ts';

const patience = { timeout: 30_000, interval: 200 };

/** The process as a newcomer starts it, with nothing configured, used from the terminal. */
describe('a newcomer', () => {
  let dibs: DibsProcess;
  beforeAll(async () => {
    dibs = await startDibsProcess();
    const offered = async () =>
      expect((await gpu(dibs.url, 'bob', 'list')).stdout).toContain('4 of 4');
    await vi.waitFor(offered, patience);
  });
  afterAll(() => dibs?.stop());

  it('starts, lists, asks, extends and stops from the terminal, and pays the exact seconds', async () => {
    const started = await gpu(dibs.url, 'bob', 'start a100x2 2h');
    expect([started.exitCode, started.stdout]).toEqual([
      0,
      expect.stringContaining('is ready: http'),
    ]);
    const [, name = ''] = /^(\S+) is ready/m.exec(started.stdout) ?? [];
    expect((await gpu(dibs.url, 'carol', 'list')).stdout).toContain(`bob, ${name}, until`);
    expect((await gpu(dibs.url, 'bob', 'status')).stdout).toContain('(simulated)');
    expect((await gpu(dibs.url, 'carol', `status ${name}`)).stdout).not.toContain('token');
    expect((await gpu(dibs.url, 'bob', 'extend 30m')).stdout).toContain('50 credits are held');
    expect((await gpu(dibs.url, 'carol', `stop ${name}`)).stderr).toContain('Only bob or an admin');
    expect((await gpu(dibs.url, 'bob', 'stop')).stdout).toContain('stopped by its holder');

    const read = () => getApi<{ session: ApiSession }>(dibs.url, 'bob', `/api/sessions/${name}`);
    const isOver = async () => expect((await read()).session.state).toBe('ended');
    await vi.waitFor(isOver, patience);
    const { session } = await read();
    const charged = BigInt(session.chargedTicks ?? 0);
    expect(charged).toBe(2n * BigInt(session.readySeconds) * BigInt(session.ticksPerDeviceSecond));
    const path = '/api/balance';
    const { balance } = await getApi<{ balance: { availableTicks: string } }>(
      dibs.url,
      'bob',
      path,
    );
    expect(BigInt(balance.availableTicks) + charged).toBe(500n * 3_600_000n);
  });

  it('has what moved in a file, with nothing else in it: history --csv > march.csv', async () => {
    const { exitCode, stdout, stderr } = await gpu(dibs.url, 'carol', 'history --csv');
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('movement')]);
    const [head, first] = stdout.split('\n');
    expect(head).toBe(
      'number,at,kind,what,session,person,by,amount,ticks,balance_after_ticks,balance_after',
    );
    expect(first).toMatch(/^1,\d{4}-.*,grant,.*first credits.*,500,1800000000,1800000000,500$/);
    expect(stdout.endsWith('\n')).toBe(true);
  });

  it('has all commands listed below the client’s own words', async () => {
    const { exitCode, stdout } = await gpu(dibs.url, 'bob', '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: npx gpu <command>');
    expect(stdout).toContain('/gpu withdraw <request>');
  });

  it.each([
    ['strat a100 1h', 'Did you mean /gpu start?'],
    ['start a10O 1h', 'Did you mean a100?'],
    ['start a100', 'start needs a duration'],
    ['start a100 2', '2 what?'],
    ['start a100x9 1h', 'No host has 9'],
    ['start a100 1m', 'At least 5m'],
    ['start a100 3d', 'more than the limit of 1d'],
    ['start a100x4 20h', 'short'],
    ['stop', 'You have no session'],
  ])('who types “%s” is told the way out', async (typed, words) => {
    const refused = await gpu(dibs.url, 'carol', typed);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining(words)]);
  });
});

describe('the terminal client', () => {
  it.each(['help', '--help', '-h'])(
    'with %s says how it is used, without Dibs too',
    async (text) => {
      const { exitCode, stdout, stderr } = await gpu('http://127.0.0.1:9', 'bob', text);
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout).toContain('DIBS_TOKEN');
      expect(stdout).toContain('Dibs does not answer there');
    },
  );

  it('says how to reach Dibs when it does not answer', async () => {
    const { exitCode, stderr } = await gpu('http://127.0.0.1:9', 'bob', 'list');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('npm start')]);
  });
});

it('a process with mistakes in its settings names each of them and does not start', async () => {
  const files = { 'dibs.yaml': 'teams: [{name: lab, peple: []}]\nprices: {a100: ten}\n' };
  const failed = startDibsProcess({ files });
  await expect(failed).rejects.toThrow(/teams\.0.*peple[\s\S]*prices\.a100/);
});

it('the demo plays the main job, finds the book in order and ends well', async () => {
  const script = fileURLToPath(new URL('../../bot/demo.ts', import.meta.url));
  const said = await new Promise<string>((resolve, reject) => {
    const options = { timeout: 60_000 };
    execFile(process.execPath, [script], options, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
  expect(said).toContain('The book adds up');
});
