import { burnOf } from '../../core/burn.ts';
import type { Message } from '../../core/message.ts';
import type { Balance } from '../../core/view.ts';
import { creditsOf, inCredits } from './words.ts';

const mostHolds = 20;

/** `besides`: another account of whoever asks, said in a line where there is anything in it. */
export function renderBalance(
  balance: Balance,
  { besides, now }: { besides: Balance | null; now: Date },
): Message {
  const { account, chargedThisMonth } = balance;
  const { expiring } = account;
  const lasts = lastsWords(balance, now);
  const own = besides && besides.account.posted > 0n ? besides.account : null;
  const lines = [
    ['Available', inCredits(availableOf(balance))],
    ['Held', heldWords(balance)],
    ...(expiring > 0n
      ? [['Of an allowance', `${inCredits(expiring)}, used first; what is left of it may expire`]]
      : []),
    ['Spent this month', inCredits(chargedThisMonth)],
    ...(lasts === null ? [] : [['Lasts', lasts]]),
    ...(own === null
      ? []
      : [
          [
            'Your own',
            `${inCredits(own.posted - own.held)} available, ${creditsOf(own.held)} held`,
          ],
        ]),
  ];
  const fields = lines.map(([name = '', value = '']) => ({ name, value: [value] }));
  return {
    title: `Balance of ${account.name}`,
    tone: 'neutral',
    parts: [{ kind: 'fields', fields }],
  };
}

function availableOf({ account: { posted, held } }: Balance): bigint {
  return posted - held;
}

function heldWords({ account, holds }: Balance): string {
  if (holds.length === 0) return 'nothing';
  const all = holds.map(({ session, holder, amount }) => {
    return `${creditsOf(amount)} for ${session} of ${holder}`;
  });
  const rest = all.length - mostHolds;
  const shown = all.slice(0, mostHolds).join(', ');
  return `${inCredits(account.held)}: ${shown}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Null: nothing is left that could last. */
function lastsWords(balance: Balance, now: Date): string | null {
  if (availableOf(balance) <= 0n) return null;
  const burn = burnOf(balance, now);
  if (burn === null) return 'nothing was used in the last 7 days';
  const pace = `at the recent pace of ${inCredits(burn.perDay)} a day`;
  if (burn.runsOutAt === null) return `more than a year ${pace}`;
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: balance.zone });
  return `until about ${format.format(burn.runsOutAt)} ${pace}`;
}
