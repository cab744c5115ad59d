import { describe, expect, it } from 'vitest';
import { clockFinding } from '../../bot/render/clock.ts';
import { clockReading } from '../../core/clock-reading.ts';

const at = (time: string) => new Date(`2026-03-02T${time}Z`);

describe('a clock that is read elsewhere', () => {
  it('is compared with the middle of the question', () => {
    const asked = { askedAt: at('12:00:00'), answeredAt: at('12:00:10') };
    const ahead = (theirs: string) => clockReading('Slack', at(theirs), asked).aheadSeconds;
    expect([ahead('12:00:05'), ahead('12:01:05'), ahead('11:59:05')]).toEqual([0, 60, -60]);
  });

  it('is well within a minute, and a failure beyond it', () => {
    const found = (aheadSeconds: number) => clockFinding([{ of: 'Slack', aheadSeconds }]);
    expect([60, -60, 0].map((ahead) => found(ahead).state)).toEqual(['good', 'good', 'good']);
    expect([61, -61].map((ahead) => found(ahead).state)).toEqual(['bad', 'bad']);
  });

  it('is named with the side on which this machine is', () => {
    const finding = clockFinding([
      { of: 'Slack', aheadSeconds: 90 },
      { of: 'gpu-1', aheadSeconds: -400 },
      { of: 'the database', aheadSeconds: 1 },
    ]);
    expect(finding.text).toBe('this machine is 90 s behind Slack, 400 s ahead of gpu-1');
    expect(finding.advice).toContain('NTP');
  });

  it('is missed by nobody where there is none', () => {
    expect(clockFinding([])).toMatchObject({ state: 'note', advice: null });
  });
});
