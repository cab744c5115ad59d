import { describe, expect, it } from 'vitest';
import { burnOf } from '../../core/burn.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { noonPlus } from '../support/facts.ts';
import { aBalance } from '../support/statement.ts';
import { noon } from '../support/world.ts';

const day = 86_400;
const credits = (amount: number) => BigInt(amount) * ticksPerCredit;

/** Credits a day, and after how many days they run out. */
function burn(facts: Parameters<typeof aBalance>[0]) {
  const found = burnOf(aBalance(facts), noon);
  if (found === null) return null;
  const { perDay, runsOutAt } = found;
  const days = runsOutAt && (runsOutAt.getTime() - noon.getTime()) / 1000 / day;
  return { perDay: Number(perDay) / Number(ticksPerCredit), days };
}

describe('the burn of an account', () => {
  it('is the mean of its last seven days', () => {
    const facts = {
      posted: credits(100),
      chargedLastWeek: credits(70),
      openedAt: noonPlus(-90 * day),
    };
    expect(burn(facts)).toEqual({ perDay: 10, days: 10 });
  });

  it('is the mean of its life where it is younger', () => {
    const facts = {
      posted: credits(100),
      chargedLastWeek: credits(40),
      openedAt: noonPlus(-2 * day),
    };
    expect(burn(facts)).toEqual({ perDay: 20, days: 5 });
  });

  it('is not blown up in its first hours', () => {
    const facts = { posted: credits(100), chargedLastWeek: credits(10), openedAt: noonPlus(-600) };
    expect(burn(facts)).toEqual({ perDay: 10, days: 10 });
  });

  it('does not count on what is held', () => {
    const facts = { chargedLastWeek: credits(70), openedAt: noonPlus(-90 * day) };
    expect(burn({ ...facts, posted: credits(100), held: credits(60) })?.days).toBe(4);
    expect(burn({ ...facts, posted: credits(60), held: credits(60) })?.days).toBe(0);
  });

  it('ends on no day where it is more than a year ahead', () => {
    const facts = { chargedLastWeek: credits(7), openedAt: noonPlus(-90 * day) };
    expect(burn({ ...facts, posted: credits(365) })).toEqual({ perDay: 1, days: 365 });
    expect(burn({ ...facts, posted: credits(366) })).toEqual({ perDay: 1, days: null });
    expect(burn({ ...facts, posted: credits(10 ** 9) * 100n })?.days).toBeNull();
  });

  it('is none where nothing was spent', () => {
    expect(burn({ posted: credits(100), openedAt: noonPlus(-day) })).toBeNull();
    expect(burn({ openedAt: null })).toBeNull();
  });
});
