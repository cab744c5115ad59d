import { describe, expect, it } from 'vitest';
import { parsePeriod, timesOf } from '../../core/period.ts';

function timesAt(typed: string, { now = '2026-03-04T12:00:00Z', zone = 'UTC' } = {}) {
  const period = parsePeriod(typed);
  if (period === null) return null;
  const { name, from, until } = timesOf(period, new Date(now), zone);
  const [begins, ends] = [from, until].map((at) => at.toISOString().replace(':00.000Z', 'Z'));
  return `${name}: ${begins} to ${ends}`;
}

describe('a period', () => {
  it.each([
    ['today', '2026-03-04: 2026-03-04T00:00Z to 2026-03-05T00:00Z'],
    ['yesterday', '2026-03-03: 2026-03-03T00:00Z to 2026-03-04T00:00Z'],
    ['week', '2026-W10: 2026-03-02T00:00Z to 2026-03-09T00:00Z'],
    ['last-week', '2026-W09: 2026-02-23T00:00Z to 2026-03-02T00:00Z'],
    ['MONTH', '2026-03: 2026-03-01T00:00Z to 2026-04-01T00:00Z'],
    ['last-month', '2026-02: 2026-02-01T00:00Z to 2026-03-01T00:00Z'],
    ['year', '2026: 2026-01-01T00:00Z to 2027-01-01T00:00Z'],
    ['last-year', '2025: 2025-01-01T00:00Z to 2026-01-01T00:00Z'],
    ['2024', '2024: 2024-01-01T00:00Z to 2025-01-01T00:00Z'],
    ['2024-02', '2024-02: 2024-02-01T00:00Z to 2024-03-01T00:00Z'],
    ['2024-2-29', '2024-02-29: 2024-02-29T00:00Z to 2024-03-01T00:00Z'],
    ['2026-W01', '2026-W01: 2025-12-29T00:00Z to 2026-01-05T00:00Z'],
    ['2026-w53', '2026-W53: 2026-12-28T00:00Z to 2027-01-04T00:00Z'],
  ])('written “%s” is %s', (typed, times) => {
    expect(timesAt(typed)).toBe(times);
  });

  it.each([
    'soon',
    'constructor',
    '26',
    '1999',
    '20266',
    '2026-00',
    '2026-13',
    '2026-02-29',
    '2026-04-31',
    '2026-03-00',
    '2026-03-02T10',
    '2026-W00',
    '2025-W53',
    '2026-W54',
    '-2026',
    '',
  ])('is not “%s”', (typed) => {
    expect(parsePeriod(typed)).toBeNull();
  });

  it('counted back from the last day of a month is the whole month before', () => {
    const now = '2026-03-31T12:00:00Z';
    expect(timesAt('last-month', { now })).toBe('2026-02: 2026-02-01T00:00Z to 2026-03-01T00:00Z');
    expect(timesAt('last-year', { now: '2024-02-29T12:00:00Z' })).toContain('2023: 2023-01-01');
  });

  it('is that of the zone’s own calendar, not of the reader’s', () => {
    const now = '2026-03-31T22:30:00Z';
    expect(timesAt('today', { now, zone: 'Europe/Berlin' })).toBe(
      '2026-04-01: 2026-03-31T22:00Z to 2026-04-01T22:00Z',
    );
    expect(timesAt('month', { now, zone: 'America/New_York' })).toBe(
      '2026-03: 2026-03-01T05:00Z to 2026-04-01T04:00Z',
    );
    expect(timesAt('year', { now: '2025-12-31T10:00:00Z', zone: 'Pacific/Kiritimati' })).toBe(
      '2026: 2025-12-31T10:00Z to 2026-12-31T10:00Z',
    );
  });

  it('of a day has 23 or 25 hours where the clocks change', () => {
    const zone = 'Europe/Berlin';
    expect(timesAt('2026-03-29', { zone })).toBe(
      '2026-03-29: 2026-03-28T23:00Z to 2026-03-29T22:00Z',
    );
    expect(timesAt('2026-10-25', { zone })).toBe(
      '2026-10-25: 2026-10-24T22:00Z to 2026-10-25T23:00Z',
    );
    expect(timesAt('yesterday', { zone, now: '2026-03-29T22:30:00Z' })).toContain('2026-03-29');
  });

  it('begins with the first hour that there is where midnight is left out', () => {
    expect(timesAt('2026-09-06', { zone: 'America/Santiago' })).toBe(
      '2026-09-06: 2026-09-06T04:00Z to 2026-09-07T03:00Z',
    );
  });

  it('follows the one before it without a gap', () => {
    const now = '2026-03-30T09:00:00Z';
    for (const zone of ['Europe/Berlin', 'America/Santiago', 'Asia/Kathmandu'])
      for (const unit of ['week', 'month', 'year']) {
        const ends = timesAt(`last-${unit}`, { now, zone })?.split(' to ')[1];
        expect(timesAt(unit, { now, zone })).toContain(`: ${ends} to `);
      }
  });
});
