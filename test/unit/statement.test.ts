import { describe, expect, it } from 'vitest';
import { movementWords } from '../../bot/render/movement.ts';
import { renderStatement } from '../../bot/render/statement.ts';
import {
  exactCredits,
  renderStatementFile,
  statementFile,
} from '../../bot/render/statement-file.ts';
import { plainText } from '../../bot/render/words.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { aLine, aStatement } from '../support/statement.ts';

const credit = ticksPerCredit;

describe('a movement in words', () => {
  it.each([
    [
      { kind: 'charge', amount: -credit, session: 'brave-otter', person: 'bob' },
      'charge brave-otter, bob',
    ],
    [{ kind: 'grant' }, 'grant by alice: for the demo'],
    [{ kind: 'grant', request: 17 }, 'grant by alice, request 17: for the demo'],
    [{ kind: 'give', amount: -credit, other: 'carol' }, 'given to carol: for the demo'],
    [{ kind: 'give', other: 'bob', actor: 'bob' }, 'given by bob: for the demo'],
    [{ kind: 'reward' }, 'reward by alice: for the demo'],
    [{ kind: 'allowance', reason: 'allowance for 2026-03' }, 'allowance for 2026-03'],
    [{ kind: 'expiry', reason: 'left over before 2026-04' }, 'expired: left over before 2026-04'],
    [{ kind: 'adjustment', amount: -credit }, 'adjustment by alice: for the demo'],
    [{ kind: 'reversal', reverses: 12 }, '12 taken back by alice: for the demo'],
  ] as const)('of %o is “%s”', (facts, words) => {
    expect(movementWords(aLine(facts))).toBe(words);
  });
});

describe('a statement in a chat', () => {
  it('goes from the opening to the closing balance, with what came and what went', () => {
    const text = plainText(
      renderStatement(
        aStatement({
          zone: 'Europe/Berlin',
          opening: 20n * credit,
          lines: [
            aLine({ number: 7, amount: 1000n * credit, balanceAfter: 1020n * credit }),
            aLine({
              ...{ number: 12, kind: 'charge', session: 'brave-otter', person: 'bob' },
              ...{ amount: -100_000n, balanceAfter: 1020n * credit - 100_000n },
            }),
            aLine({ number: 13, amount: -10_000n, balanceAfter: 1020n * credit - 110_000n }),
          ],
        }),
      ),
    );
    expect(text.split('\n')).toEqual([
      'History of lab, 2026-03',
      'No.  When              What                            Credits   Balance',
      '                       opening balance                             20.00',
      '  7  2026-03-02 13:00  grant by alice: for the demo  +1,000.00  1,020.00',
      ' 12  2026-03-02 13:00  charge brave-otter, bob           -0.03  1,019.97',
      ' 13  2026-03-02 13:00  grant by alice: for the demo    -0.0028  1,019.97',
      '                       closing balance                          1,019.97',
      'In: +1,000.00',
      'Out: -0.03',
      'Times in: Europe/Berlin',
    ]);
  });

  it('of more than people read has the latest, the sum of the others, and where they are', () => {
    const lines = Array.from({ length: 60 }, (_, at) =>
      aLine({ number: at + 1, amount: credit, balanceAfter: BigInt(at + 1) * credit }),
    );
    const message = renderStatement(aStatement({ lines }));
    const [table] = message.parts;
    const rows = table?.kind === 'table' ? table.rows : [];
    expect(rows).toHaveLength(53);
    expect(rows[1]).toEqual(['', '', '10 earlier', '+10.00', '10.00']);
    expect(rows[2]?.[0]).toBe('11');
    expect(rows.at(-1)).toEqual(['', '', 'closing balance', '', '60.00']);
    expect(plainText(message)).toContain('latest 50 of 60 movements');
    expect(plainText(message)).toContain('/gpu history lab 2026-03 --csv');
  });

  it('shortens what is long, in the table alone', () => {
    const statement = aStatement({ lines: [aLine({ reason: 'x'.repeat(300) })] });
    expect(plainText(renderStatement(statement))).toMatch(/x…/);
    expect(statementFile(statement).text).toContain('x'.repeat(300));
  });
});

describe('a statement as CSV', () => {
  const rowsOf = (...lines: Parameters<typeof aLine>[0][]) =>
    statementFile(aStatement({ zone: 'Europe/Berlin', lines: lines.map(aLine) })).text.split('\n');

  it('has the ticks exactly, times with their offset, and one name for each column', () => {
    const facts = { amount: -10_000n, balanceAfter: 71_990_000n };
    const charge = { ...facts, kind: 'charge', session: 'brave-otter', person: 'bob' } as const;
    expect(rowsOf({}, { ...charge, number: 2, reason: 'seconds used', actor: 'expiry' })).toEqual([
      'number,at,kind,what,session,person,by,amount,ticks,balance_after_ticks,balance_after',
      '1,2026-03-02T13:00:00.000+01:00,grant,grant by alice: for the demo,,,alice,20,72000000,72000000,20',
      '2,2026-03-02T13:00:00.000+01:00,charge,"charge brave-otter, bob",brave-otter,bob,expiry,-0.002778,-10000,71990000,19.997222',
      '',
    ]);
  });

  it('tells the two hours apart that a clock shows twice', () => {
    const [, first, second] = rowsOf(
      { at: new Date('2026-10-25T00:30:00Z') },
      { at: new Date('2026-10-25T01:30:00Z') },
    );
    expect(first).toContain('2026-10-25T02:30:00.000+02:00');
    expect(second).toContain('2026-10-25T02:30:00.000+01:00');
  });

  it.each(['=HYPERLINK("x")', '+1', '-1', '@SUM(A1)', 'a\n=1', '=1,"2"'])(
    'lets no reason %j become a formula or another row',
    (reason) => {
      const [, row, ...rest] = rowsOf({ kind: 'allowance', reason, amount: -3_600_000n });
      const text = [row, ...rest].join('\n');
      expect(text).not.toMatch(/,"?[=+@]/);
      expect(text).toMatch(/alice,-1,-3600000,/);
      expect(text.replaceAll(/"(?:[^"]|"")*"/g, '').match(/\n/g)).toHaveLength(1);
    },
  );

  it('comes with its name, and says what is in it', () => {
    const message = renderStatementFile(aStatement({ lines: [aLine()] }));
    expect(message.parts).toMatchObject([
      { kind: 'text', text: ['1 movement, from 0.00 to 20.00 credits.'] },
      { kind: 'file', name: 'dibs-lab-2026-03.csv', mediaType: 'text/csv' },
    ]);
  });
});

describe('credits in decimals', () => {
  it.each([
    [0n, '0'],
    [credit, '1'],
    [-credit, '-1'],
    [credit / 1000n, '0.001'],
    [-9n, '-0.0000025'],
    [10_000n, '0.002778'],
    [-1n, '0'],
    [2n, '0.000001'],
    [credit - 1n, '1'],
    [10n ** 9n * credit + 9n, '1000000000.0000025'],
  ])('of %d ticks are %s', (ticks, words) => {
    expect(exactCredits(ticks)).toBe(words);
  });
});
