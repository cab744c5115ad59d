import { describe, expect, it } from 'vitest';
import { renderBalance } from '../../bot/render/balance.ts';
import { plainText } from '../../bot/render/words.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { noonPlus } from '../support/facts.ts';
import { aBalance } from '../support/statement.ts';
import { noon } from '../support/world.ts';

const credit = ticksPerCredit;
const day = 86_400;
type Facts = Parameters<typeof aBalance>[0];

function linesOf(facts: Facts, besides: Facts | null = null): string[] {
  const own = besides && aBalance(besides);
  return plainText(renderBalance(aBalance(facts), { besides: own, now: noon })).split('\n');
}

describe('a balance', () => {
  it('says what is available, what is held and by what, what expires, and until when it lasts', () => {
    const lines = linesOf({
      posted: 480n * credit,
      held: 20n * credit,
      expiring: 100n * credit,
      holds: [{ session: 'brave-otter', holder: 'bob', amount: 20n * credit }],
      chargedThisMonth: 5n * credit,
      chargedLastWeek: 70n * credit,
      openedAt: noonPlus(-30 * day),
    });
    expect(lines).toEqual([
      'Balance of lab',
      'Available: 460 credits',
      'Held: 20 credits: 20 for brave-otter of bob',
      'Of an allowance: 100 credits, used first; what is left of it may expire',
      'Spent this month: 5 credits',
      'Lasts: until about 17 April 2026 at the recent pace of 10 credits a day',
    ]);
  });

  it('of which nothing was used says so, and has no line for what there is not', () => {
    expect(linesOf({ posted: 500n * credit })).toEqual([
      'Balance of lab',
      'Available: 500 credits',
      'Held: nothing',
      'Spent this month: 0 credits',
      'Lasts: nothing was used in the last 7 days',
    ]);
    expect(linesOf({}).join()).not.toContain('Lasts');
  });

  it('that lasts beyond a year names no day', () => {
    const facts = { chargedLastWeek: credit, openedAt: noonPlus(-30 * day) };
    expect(linesOf({ ...facts, posted: 500n * credit }).at(-1)).toBe(
      'Lasts: more than a year at the recent pace of 0.143 credits a day',
    );
  });

  it('says the day as it is in its zone', () => {
    const facts = { posted: credit, chargedLastWeek: 7n * credit, openedAt: noonPlus(-30 * day) };
    expect(linesOf({ ...facts, zone: 'Pacific/Kiritimati' }).at(-1)).toContain('4 March 2026');
    expect(linesOf({ ...facts, zone: 'America/New_York' }).at(-1)).toContain('3 March 2026');
  });

  it('names twenty sessions that hold some of it, and counts the others', () => {
    const holds = Array.from({ length: 23 }, (_, at) => {
      return { session: `session-${at}`, holder: 'bob', amount: credit };
    });
    const [, , held] = linesOf({ posted: 50n * credit, held: 23n * credit, holds });
    expect(held).toMatch(
      /^Held: 23 credits: 1 for session-0 of bob, .*session-19 of bob and 3 more$/,
    );
  });

  it('has one’s own account beside it where there is something in it', () => {
    const own = { posted: 20n * credit, held: 5n * credit };
    expect(linesOf({}, own).at(-1)).toBe('Your own: 15 credits available, 5 held');
    expect(linesOf({}, {}).join()).not.toContain('Your own');
  });
});
