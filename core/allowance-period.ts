import { unreachable } from './assert.ts';
import type { SpendingPeriod } from './policy.ts';

/**
 * The period of an allowance that `at` is in, as the zone's own calendar has it: `2026-03-02`,
 * `2026-W10` (ISO 8601: from Monday, the year that most of its days are in) or `2026-03`.
 */
export function periodOf(at: Date, every: SpendingPeriod, zone: string): string {
  return nameOf(dateIn(at, zone), every);
}

/**
 * The periods to pay, oldest first: those after the last of the same form in `paid` up to the
 * current one, the latest 24 of them. Who never had one gets the current one alone.
 */
export function duePeriods(
  { every, zone }: { every: SpendingPeriod; zone: string },
  now: Date,
  paid: readonly string[],
): string[] {
  const last = paid
    .filter((period) => formOf[every].test(period))
    .sort()
    .at(-1);
  const today = dateIn(now, zone);
  if (last === undefined) return [nameOf(today, every)];
  // Names of one form sort as their times do.
  return Array.from({ length: mostMadeUp }, (_, back) => nameOf(before(today, every, back), every))
    .filter((period) => period > last)
    .reverse();
}

const mostMadeUp = 24;

const formOf: Record<SpendingPeriod, RegExp> = {
  day: /^\d{4}-\d{2}-\d{2}$/,
  week: /^\d{4}-W\d{2}$/,
  month: /^\d{4}-\d{2}$/,
};

function dateIn(at: Date, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(zone)
    .toPlainDate();
}

/** A date in the period that is so many before that of `date`. */
function before(
  date: Temporal.PlainDate,
  every: SpendingPeriod,
  count: number,
): Temporal.PlainDate {
  switch (every) {
    case 'day':
      return date.subtract({ days: count });
    case 'week':
      return date.subtract({ weeks: count });
    case 'month':
      return date.subtract({ months: count });
    default:
      return unreachable(every);
  }
}

function nameOf(date: Temporal.PlainDate, every: SpendingPeriod): string {
  switch (every) {
    case 'day':
      return date.toString();
    case 'week':
      return `${date.yearOfWeek}-W${String(date.weekOfYear).padStart(2, '0')}`;
    case 'month':
      return date.toPlainYearMonth().toString();
    default:
      return unreachable(every);
  }
}
