import { describe, expect, it } from 'vitest';
import { duePeriods, periodOf } from '../../core/allowance-period.ts';
import type { SpendingPeriod } from '../../core/policy.ts';

describe('the period of an allowance', () => {
  it.each<[SpendingPeriod, string, string]>([
    ['day', '2026-03-02T12:00:00Z', '2026-03-02'],
    ['month', '2026-03-02T12:00:00Z', '2026-03'],
    ['week', '2026-03-02T12:00:00Z', '2026-W10'],
    ['week', '2026-03-01T23:59:59Z', '2026-W09'],
    ['month', '2026-12-31T23:59:59Z', '2026-12'],
    ['month', '2027-01-01T00:00:00Z', '2027-01'],
  ])('that is a %s is that of the calendar: at %s %s', (every, at, period) => {
    expect(periodOf(new Date(at), every, 'UTC')).toBe(period);
  });

  it.each([
    ['2026-12-31T12:00:00Z', '2026-W53'],
    ['2027-01-03T12:00:00Z', '2026-W53'],
    ['2027-01-04T00:00:00Z', '2027-W01'],
    ['2024-12-30T00:00:00Z', '2025-W01'],
    ['2021-01-03T23:59:59Z', '2020-W53'],
  ])('that is a week is of the year with most of its days: at %s %s', (at, period) => {
    expect(periodOf(new Date(at), 'week', 'UTC')).toBe(period);
  });

  it.each([
    ['Asia/Tokyo', '2026-12-31T15:00:00Z', '2027-01-01'],
    ['America/New_York', '2027-01-01T04:59:59Z', '2026-12-31'],
    ['Asia/Kolkata', '2026-03-02T18:29:59Z', '2026-03-02'],
    ['Asia/Kolkata', '2026-03-02T18:30:00Z', '2026-03-03'],
  ])('begins by the clocks of its zone: in %s at %s it is %s', (zone, at, period) => {
    expect(periodOf(new Date(at), 'day', zone)).toBe(period);
  });

  it.each([
    ['Europe/Berlin 2026-03-29', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['Europe/Berlin 2026-10-25', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    // The clocks go from 24:00 to 1:00.
    ['America/Santiago 2026-09-06', '2026-09-06T04:00:00Z', '2026-09-07T03:00:00Z'],
    ['Asia/Beirut 2026-03-29', '2026-03-28T22:00:00Z', '2026-03-29T21:00:00Z'],
    // From 24:00 to 23:00, and from 1:00 to midnight.
    ['America/Santiago 2026-04-05', '2026-04-05T04:00:00Z', '2026-04-06T04:00:00Z'],
    ['America/Havana 2026-11-01', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'],
  ])('is one day when the clocks change: %s from %s until %s', (where, from, until) => {
    const [zone = '', day = ''] = where.split(' ');
    const [first, after] = [Date.parse(from), Date.parse(until)];
    const at = (instant: number) => periodOf(new Date(instant), 'day', zone);
    expect(at(first - 1) < day).toBe(true);
    for (let instant = first; instant < after; instant += 900_000) expect(at(instant)).toBe(day);
    expect(at(after) > day).toBe(true);
  });
});

describe('the periods that are due', () => {
  const due = (every: SpendingPeriod, now: string, paid: readonly string[]) =>
    duePeriods({ every, zone: 'UTC' }, new Date(now), paid);

  it('are the current one alone for who never had one of that form', () => {
    expect(due('month', '2026-03-31T12:00:00Z', [])).toEqual(['2026-03']);
    expect(due('week', '2026-03-31T12:00:00Z', ['2026-01', '2026-01-01'])).toEqual(['2026-W14']);
  });

  it('are none while the current one is paid, nor where the last one is later still', () => {
    expect(due('day', '2026-03-02T23:59:59Z', ['2026-03-02'])).toEqual([]);
    expect(due('day', '2026-03-02T23:59:59Z', ['2026-03-03'])).toEqual([]);
  });

  it.each<[SpendingPeriod, string, string[]]>([
    ['day', '2024-03-01', ['2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01']],
    ['day', '2027-01-01', ['2026-12-30', '2026-12-31', '2027-01-01']],
    ['week', '2027-01-11', ['2026-W52', '2026-W53', '2027-W01', '2027-W02']],
    ['month', '2027-01-31', ['2026-10', '2026-11', '2026-12', '2027-01']],
    ['month', '2026-03-31', ['2026-01', '2026-02', '2026-03']],
  ])('of each %s are, on %s, all after the first of %j, oldest first', (every, today, periods) => {
    const [last = '', ...missed] = periods;
    expect(due(every, `${today}T00:00:00Z`, [last])).toEqual(missed);
  });

  it('are the latest 24 where more were missed', () => {
    const periods = due('month', '2026-03-02T12:00:00Z', ['2020-01']);
    expect(periods).toHaveLength(24);
    expect([periods[0], periods.at(-1)]).toEqual(['2024-04', '2026-03']);
  });
});
