import { describe, expect, it } from 'vitest';
import { Fault, type FaultCode } from '../../core/fault.ts';
import type { Step } from '../../core/reconcile.ts';
import type { Store } from '../../core/store.ts';
import { noonPlus } from '../support/facts.ts';
import { createSteps, sshKeys, started } from '../support/host-loops.ts';

const start: Step = { kind: 'start', sessionId: 'a' };

describe('a start', () => {
  it('is claimed, done, reported and released, each under the token of its claim', async () => {
    const { run, names, inputOf, keyOf, all } = createSteps({ start: async () => started });
    await run(start);
    expect(names()).toEqual(['claim', 'report_ready', 'release_claim']);
    const { token } = inputOf('claim') as { token: string };
    expect(inputOf('claim')).toEqual({ sessionId: 'a', step: 'start', token });
    expect(inputOf('report_ready')).toEqual({
      sessionId: 'a',
      token,
      keyIds: ['key-1'],
      ...started,
    });
    expect(inputOf('release_claim')).toEqual({ sessionId: 'a', token });
    expect(['claim', 'report_ready', 'release_claim'].map(keyOf)).toEqual(
      ['claim', 'ready', 'release'].map((what) => `${what}:${token}`),
    );
    expect(all()).toEqual(['changed', 'session is ready', 'changed']);
  });

  it('is left to whoever has the claim', async () => {
    const refusing = async () => ({ kind: 'refused', refusal: { kind: 'stale' } });
    const { run, all } = createSteps({}, { perform: refusing as unknown as Store['perform'] });
    await run(start);
    expect(all()).toEqual([]);
  });

  it('of a session that is gone gives its claim back', async () => {
    const { run, names } = createSteps({}, { containerSpec: async () => null });
    await run(start);
    expect(names()).toEqual(['claim', 'release_claim']);
  });

  it.each([
    ['image_missing', 'image_missing'],
    ['pull_failed', 'pull_failed'],
    ['disk_full', 'start_failed'],
    ['container_exited', 'start_failed'],
    ['deadline_passed', 'start_failed'],
  ] as const)('that fails for %s has failed for good', async (code, reason) => {
    const { run, names, inputOf } = createSteps({ start: () => Promise.reject(new Fault(code)) });
    await run(start);
    expect(names()).toEqual(['claim', 'report_start_failed', 'release_claim']);
    expect(inputOf('report_start_failed')).toMatchObject({
      reason,
      faultDetail: code.replaceAll('_', ' '),
    });
  });

  it('that fails for a silent host, or a mistake of ours, is tried again', async () => {
    for (const error of [new Fault('host_unreachable'), new TypeError('ours')]) {
      const { run, names } = createSteps({ start: () => Promise.reject(error) });
      await expect(run(start)).rejects.toBe(error);
      expect(names()).toEqual(['claim', 'release_claim']);
    }
  });

  it('that was called off is neither a failure nor tried again', async () => {
    const { run, names, all } = createSteps({ start: () => Promise.reject(new Fault('aborted')) });
    await run(start);
    expect(names()).toEqual(['claim', 'release_claim']);
    expect(all()).toEqual(['changed', 'changed']);
  });

  it('that failed says why in one line, the last that the container printed behind it', async () => {
    const detailOf = async (facts: Fault['facts'], code: FaultCode = 'container_exited') => {
      const { run, inputOf } = createSteps({ start: () => Promise.reject(new Fault(code, facts)) });
      await run(start);
      return (inputOf('report_start_failed') as { faultDetail: string }).faultDetail;
    };
    const logTail = 'first\nImportError: no torch\n\n';
    expect(await detailOf({ detail: 'exit code 1', logTail })).toBe(
      'exit code 1: ImportError: no torch',
    );
    expect(await detailOf({ logTail: ' \n' })).toBe('container exited');
    expect(await detailOf({ detail: 'x'.repeat(600) })).toBe('x'.repeat(500));
  });
});

describe('a step', () => {
  it('that stops frees devices once it is reported', async () => {
    const stopped: unknown[] = [];
    const stage = createSteps({
      async stop(...asked) {
        stopped.push(asked.slice(0, 2));
      },
    });
    await stage.run({ kind: 'stop', sessionId: 'a' });
    expect(stopped).toEqual([['a', 10]]);
    expect(stage.names()).toEqual(['claim', 'report_stopped', 'release_claim']);
    expect(stage.all()).toEqual(['changed', 'freed', 'changed']);
  });

  it('that fails gives its claim back', async () => {
    const silent = new Fault('host_unreachable');
    const { run, names } = createSteps({ stop: () => Promise.reject(silent) });
    await expect(run({ kind: 'stop', sessionId: 'a' })).rejects.toBe(silent);
    expect(names()).toEqual(['claim', 'release_claim']);
  });

  it('that removes needs no claim', async () => {
    const silent = new Fault('host_unreachable');
    const { run, names } = createSteps({ stop: () => Promise.reject(silent) });
    await expect(run({ kind: 'remove', sessionId: 'a' })).rejects.toBe(silent);
    expect(names()).toEqual([]);
  });

  it('that admits keys tells those that the session has then, and reports them', async () => {
    const told: unknown[] = [];
    const { run, names, inputOf } = createSteps({
      async admitKeys(...asked) {
        told.push(asked.slice(0, 2));
      },
    });
    await run({ kind: 'admit_keys', sessionId: 'a' });
    expect(told).toEqual([['a', sshKeys]]);
    expect(names()).toEqual(['claim', 'report_keys', 'release_claim']);
    expect(inputOf('report_keys')).toMatchObject({ sessionId: 'a', keyIds: ['key-1'] });
  });

  it('of a session that is gone admits no keys', async () => {
    const { run, names } = createSteps({}, { containerSpec: async () => null });
    await run({ kind: 'admit_keys', sessionId: 'a' });
    expect(names()).toEqual(['claim', 'release_claim']);
  });

  it('that ends a session frees its devices', async () => {
    const { run, names, inputOf, all } = createSteps();
    const end = { from: 'running', reason: 'exited', at: noonPlus(1), faultDetail: null } as const;
    await run({ kind: 'end', sessionId: 'a', ...end });
    expect(names()).toEqual(['report_ended']);
    expect(inputOf('report_ended')).toEqual({ sessionId: 'a', ...end });
    expect(all()).toEqual(['freed', 'changed']);
  });

  it('that stops the meter, or lets it go on, is told', async () => {
    const { run, names, inputOf, all } = createSteps();
    await run({ kind: 'pause', sessionId: 'a', at: noonPlus(1) });
    await run({ kind: 'resume', sessionId: 'a', url: 'http://gpu-1/', ssh: null });
    expect(names()).toEqual(['pause_meter', 'resume_meter']);
    expect(inputOf('pause_meter')).toEqual({ sessionId: 'a', at: noonPlus(1) });
    expect(inputOf('resume_meter')).toEqual({ sessionId: 'a', url: 'http://gpu-1/', ssh: null });
    expect(all()).toEqual(['changed', 'changed']);
  });

  it.each([
    {
      kind: 'end',
      sessionId: 'a',
      from: 'running',
      reason: 'exited',
      at: noonPlus(1),
      faultDetail: null,
    },
    { kind: 'pause', sessionId: 'a', at: noonPlus(1) },
    { kind: 'resume', sessionId: 'a', url: 'http://gpu-1/', ssh: null },
  ] satisfies Step[])('that could not be reported has failed: $kind', async (step) => {
    const failing = () => Promise.reject(new Error('the database is away'));
    const { run, all } = createSteps({}, { perform: failing });
    await expect(run(step)).rejects.toThrow('the database is away');
    expect(all()).toEqual([]);
  });
});
