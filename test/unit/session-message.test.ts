import { describe, expect, it } from 'vitest';
import { renderReady } from '../../bot/render/ready.ts';
import {
  renderEnded,
  renderEndingSoon,
  renderSession,
  usedSoFar,
} from '../../bot/render/session.ts';
import { plainText, spansText } from '../../bot/render/words.ts';
import { type EndReason, endReasonNames, endReasons } from '../../core/end-reason.ts';
import type { Message } from '../../core/message.ts';
import type { StartProgress } from '../../core/ports.ts';
import { statesOf } from '../../core/state.ts';
import type { SessionView } from '../../core/view.ts';
import { noonPlus } from '../support/facts.ts';
import { aDevice, aView, secretToken } from '../support/session-view.ts';

const textOf = (facts: Partial<SessionView>) => plainText(renderSession(aView(facts), null));

function actionsOf(message: Message): Record<string, string> {
  const actions = message.parts.flatMap((part) => (part.kind === 'actions' ? part.actions : []));
  return Object.fromEntries(actions.map(({ label, command }) => [label, command]));
}

/** The facts that make a session's state possible. */
const inState: Record<SessionView['state'], Partial<SessionView>> = {
  requested: { state: 'requested', until: null, readySince: null },
  starting: { state: 'starting', until: null, readySince: null },
  running: { state: 'running' },
  stopping: { state: 'stopping', endReason: 'stopped_by_owner', readySince: null },
  ended: { state: 'ended', endReason: 'stopped_by_owner', readySince: null },
};

describe('the message of a session', () => {
  it.each(statesOf('session'))('says in the state %s who has what and where', (state) => {
    const text = textOf(inState[state]);
    for (const fact of ['brave-otter', '@bob', 'a100-80gb', 'gpu-1', 'pytorch'])
      expect(text).toContain(fact);
    expect(text).not.toMatch(/undefined|null|NaN|\[object/);
  });

  it.each(statesOf('session'))('has no way in for anybody in the state %s', (state) => {
    const shown = JSON.stringify(renderSession(aView(inState[state]), null));
    expect(shown).not.toContain(secretToken);
    expect(shown).not.toContain('"link"');
    expect(shown).not.toContain('http');
  });

  it.each(statesOf('session'))('says that it is simulated in the state %s', (state) => {
    expect(textOf({ ...inState[state], simulated: true })).toContain('brave-otter (simulated)');
    expect(textOf(inState[state])).not.toContain('simulated');
  });

  it('can be stopped by its button until it ends, with the name spelled out', () => {
    for (const state of statesOf('session')) {
      const commands = Object.values(actionsOf(renderSession(aView(inState[state]), null)));
      const isLiving = state !== 'stopping' && state !== 'ended';
      expect(commands.includes('stop brave-otter'), state).toBe(isLiving);
    }
  });

  it('asks before it stops what runs, and only that', () => {
    const confirms = (state: SessionView['state']) =>
      renderSession(aView(inState[state]), null)
        .parts.flatMap((part) => (part.kind === 'actions' ? part.actions : []))
        .find(({ style }) => style === 'danger')?.confirm;
    expect(confirms('running')).toContain('Stop brave-otter?');
    expect(confirms('starting')).toBeNull();
  });

  it('says where it waits, why, and when it may start', () => {
    const queued = aView({ ...inState.requested, queued: true, host: null, devices: [] });
    const place = { position: 2, estimatedAt: noonPlus(600), reason: 'no a100 is free' };
    const text = plainText(renderSession(queued, place));
    expect(text).toContain('Number 2 in line: no a100 is free. Start: about 2026-03-02 12:10 UTC.');
    const unknown = plainText(renderSession(queued, { ...place, estimatedAt: null }));
    expect(unknown).toContain('cannot be foretold yet');
    expect(actionsOf(renderSession(queued, place))).toHaveProperty('Leave the line');
  });

  it.each<[StartProgress, string, number | null]>([
    [{ stage: 'pulling', doneBytes: 0, totalBytes: 0 }, 'Pulling the image', null],
    [{ stage: 'pulling', doneBytes: 850e6, totalBytes: 3.4e9 }, '850 of 3,400 MB', 0.25],
    [{ stage: 'building', step: 3, steps: 8 }, 'step 3 of 8', 0.25],
    [{ stage: 'building', step: 1, steps: 0 }, 'step 1 of 0', 0],
    [{ stage: 'creating' }, 'Starting the container', null],
    [{ stage: 'booting' }, 'Waiting for Jupyter', null],
  ])('says how far a start is: %o', (progress, words, fraction) => {
    const { parts } = renderSession(aView({ ...inState.starting, progress }), null);
    const part = parts.find(({ kind }) => kind === 'progress');
    expect(part).toMatchObject({ label: expect.stringContaining(words), fraction });
  });

  it('shows nvidia-smi’s figures for each GPU that has some', () => {
    const sample = {
      utilizationPercent: 87.4,
      memoryUsedMib: 40_960,
      temperatureCelsius: null,
      powerWatts: 311.2,
      processes: [],
    };
    const devices = [aDevice({ index: 2, sample }), aDevice({ index: 3 })];
    const text = textOf({ devices, deviceCount: 2 });
    expect(text).toContain('2 × a100-80gb');
    expect(text).toContain('(GPU 2, 3)');
    expect(text).toMatch(/2 +87 % +40 \/ 80 +– +311 W/);
    expect(text).not.toMatch(/^3 /m);
    expect(textOf({ devices, simulated: true })).toContain('(simulated)');
  });

  it('says while its host is silent that this time is not charged', () => {
    expect(textOf({ readySince: null })).toContain('This time is not charged.');
    expect(textOf({})).not.toContain('not charged');
  });
});

describe('the end of a session', () => {
  const ended = (endReason: EndReason, facts: Partial<SessionView> = {}) =>
    renderEnded(aView({ ...inState.ended, endReason, ...facts }));

  it.each(endReasonNames)('by %s is said in words, with what the outside said', (reason) => {
    const text = plainText(ended(reason, { faultDetail: 'exit code 3' }));
    expect(text).toContain(`Ended: ${endReasons[reason].words} (exit code 3).`);
  });

  it('comes with a receipt to the tick', () => {
    const facts = { charged: 86_500_000n, readyMillis: 4_325_900, deviceCount: 2 };
    expect(plainText(ended('stopped_by_owner', facts))).toContain(
      '24.03 credits from lab: 2 × 1h 12m 5s at 10 credits an hour (86,500,000 ticks).',
    );
    expect(plainText(ended('start_failed'))).toContain('Nothing was charged.');
  });

  it('is bad news only where it is', () => {
    const tones = Object.fromEntries(endReasonNames.map((reason) => [reason, ended(reason).tone]));
    const good = Object.entries(tones).filter(([, tone]) => tone === 'neutral');
    expect(good.map(([reason]) => reason).sort()).toEqual(
      ['lease_expired', 'stopped_by_admin', 'stopped_by_owner'].sort(),
    );
  });

  it('of a failed start offers the same start again', () => {
    const asked = { deviceType: 'any', deviceCount: 2, leaseSeconds: 95_400, image: 'jax' };
    const failed = ended('start_failed', asked);
    expect(actionsOf(failed)).toEqual({ 'Try again': 'start anyx2 26h 30m jax' });
    expect(actionsOf(ended('lease_expired', asked))).toEqual({});
  });
});

describe('what the holder alone is told', () => {
  it('is the link, and until when it is good', () => {
    const message = renderReady(aView(), 'https://gpu.example.org/open/abc');
    expect(plainText(message)).toContain('https://gpu.example.org/open/abc');
    expect(plainText(message)).toContain('2026-03-02 13:00 UTC');
  });

  it('is when it ends, and what an hour more would cost', () => {
    const message = renderEndingSoon(aView({ deviceCount: 2 }));
    expect(actionsOf(message)).toEqual({
      'Extend +1 h (20 credits)': 'extend brave-otter 1h',
      'Let it end': 'quiet brave-otter',
    });
  });

  it('is what was used so far, never more than the lease', () => {
    expect(spansText(usedSoFar(aView(), noonPlus(90.9)))).toBe('1m 30s, 0.25 of 10 credits');
    expect(spansText(usedSoFar(aView(), noonPlus(9999)))).toBe('1h, 10 of 10 credits');
  });
});
