import { periodOf } from './allowance-period.ts';

/** A part of the calendar: so many before the current one, or the one that begins on a date. */
export type Period = 'all' | { unit: PeriodUnit; at: { back: number } | { date: string } };
type PeriodUnit = 'day' | 'week' | 'month' | 'year';

/** A period as a zone's clocks have it; `until` is not part of it. */
export type Times = {
  /** `all`, `2026`, `2026-03`, `2026-W10` or `2026-03-02`. */
  name: string;
  from: Date;
  until: Date;
};

/** What people write for periods that are counted from now, and what they mean by it. */
export const relativePeriods: Readonly<Record<string, { unit: PeriodUnit; back: number }>> = {
  month: { unit: 'month', back: 0 },
  'last-month': { unit: 'month', back: 1 },
  week: { unit: 'week', back: 0 },
  'last-week': { unit: 'week', back: 1 },
  today: { unit: 'day', back: 0 },
  yesterday: { unit: 'day', back: 1 },
  year: { unit: 'year', back: 0 },
  'last-year': { unit: 'year', back: 1 },
};

export const thisMonth: Period = { unit: 'month', at: { back: 0 } };

/** `today`, `last-week`, `all`, `2026`, `2026-03`, `2026-W10`, `2026-03-02`; null if it is none. */
export function parsePeriod(typed: string): Period | null {
  const word = typed.toLowerCase();
  if (word === 'all') return 'all';
  const relative = Object.hasOwn(relativePeriods, word) ? relativePeriods[word] : undefined;
  if (relative) return { unit: relative.unit, at: { back: relative.back } };
  const [, ofWeek, week] = /^(2\d{3})-w(\d{1,2})$/.exec(word) ?? [];
  if (ofWeek !== undefined) return weekOf(Number(ofWeek), Number(week));
  const [, year, month, day] = calendar.exec(word) ?? [];
  if (year === undefined) return null;
  const unit = day !== undefined ? 'day' : month !== undefined ? 'month' : 'year';
  const parts = { year: Number(year), month: Number(month ?? 1), day: Number(day ?? 1) };
  const date = Temporal.PlainDate.from(parts);
  // The last of a month is what a day that it does not have is taken for.
  return date.day === parts.day ? { unit, at: { date: date.toString() } } : null;
}

/** A book has no earlier millennium, and a later one is a slip. */
const endOfBook = new Date('3000-01-01T00:00:00Z');
const calendar = /^(2\d{3})(?:-(0?[1-9]|1[0-2])(?:-(0?[1-9]|[12]\d|3[01]))?)?$/;

/** From its first midnight to the next one's in the zone, whatever its clocks do meanwhile. */
export function timesOf(period: Period, now: Date, zone: string): Times {
  if (period === 'all') return { name: 'all', from: new Date(0), until: endOfBook };
  const { unit, at } = period;
  const first = 'date' in at ? Temporal.PlainDate.from(at.date) : counted(unit, at.back);
  const [from, until] = [first, plus(first, unit, 1)].map(
    (date) => new Date(date.toZonedDateTime(zone).epochMilliseconds),
  ) as [Date, Date];
  const name = unit === 'year' ? String(first.year) : periodOf(from, unit, zone);
  return { name, from, until };

  function counted(of: PeriodUnit, back: number): Temporal.PlainDate {
    const instant = Temporal.Instant.fromEpochMilliseconds(now.getTime());
    const today = instant.toZonedDateTimeISO(zone).toPlainDate();
    return plus(firstDay(today, of), of, -back);
  }
}

/** ISO 8601: from Monday; the first is that of 4 January. Not every year has a 53rd. */
function weekOf(year: number, week: number): Period | null {
  const first = firstDay(Temporal.PlainDate.from({ year, month: 1, day: 4 }), 'week');
  const monday = first.add({ weeks: week - 1 });
  const exists = monday.weekOfYear === week && monday.yearOfWeek === year;
  return exists ? { unit: 'week', at: { date: monday.toString() } } : null;
}

function firstDay(date: Temporal.PlainDate, unit: PeriodUnit): Temporal.PlainDate {
  if (unit === 'day') return date;
  if (unit === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
  return unit === 'month' ? date.with({ day: 1 }) : date.with({ month: 1, day: 1 });
}

function plus(date: Temporal.PlainDate, unit: PeriodUnit, count: number): Temporal.PlainDate {
  return date.add({ [`${unit}s`]: count });
}
