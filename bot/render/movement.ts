import { unreachable } from '../../core/assert.ts';
import { type Ticks, ticksPerCredit } from '../../core/money.ts';
import type { Statement, StatementLine } from '../../core/view.ts';

/** What it was, for whom, and who decided it. */
export function movementWords(line: StatementLine): string {
  const { kind, amount, session, person, other, actor, reason, reverses, request } = line;
  switch (kind) {
    case 'charge':
      return [`charge ${session ?? ''}`.trim(), ...(person === null ? [] : [person])].join(', ');
    case 'grant':
      return `grant by ${actor}${request === null ? '' : `, request ${request}`}: ${reason}`;
    case 'give':
      return amount < 0n ? `given to ${other}: ${reason}` : `given by ${other}: ${reason}`;
    case 'reward':
    case 'adjustment':
      return `${kind} by ${actor}: ${reason}`;
    case 'allowance':
      return reason;
    case 'expiry':
      return `expired: ${reason}`;
    case 'reversal':
      return `${reverses === null ? 'reversal' : `${reverses} taken back`} by ${actor}: ${reason}`;
    default:
      return unreachable(kind);
  }
}

export function statementTitle({ account, during }: Statement): string {
  return during.name === 'all'
    ? `History of ${account.name}`
    : `History of ${account.name}, ${during.name}`;
}

export function zoned(at: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);
}

const places = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const;
const plain = new Intl.NumberFormat('en', places);
const signed = new Intl.NumberFormat('en', { ...places, signDisplay: 'exceptZero' });
const tiny = new Intl.NumberFormat('en', {
  maximumSignificantDigits: 2,
  signDisplay: 'exceptZero',
});

/** With two places, so that points stand below each other, but never as nothing what is something. */
export function figure(ticks: Ticks): string {
  return plain.format(Number(ticks) / Number(ticksPerCredit));
}

export function signedFigure(ticks: Ticks): string {
  const credits = Number(ticks) / Number(ticksPerCredit);
  return ticks !== 0n && Math.abs(credits) < 0.01 ? tiny.format(credits) : signed.format(credits);
}
