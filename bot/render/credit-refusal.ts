import type { Text } from '../../core/message.ts';
import type { Refusal } from '../../core/refusal.ts';
import { clock, code, creditsOf, eitherOf, inCredits, nearest } from './words.ts';

type RefusalOf<K extends Refusal['kind']> = Extract<Refusal, { kind: K }>;

/** The words of those refusals that are about credits and who decides on them. */
export const creditRefusals = {
  amount_not_understood: (refusal) => [
    `“${refusal.typed}” is no number of credits. Write `,
    code('20'),
    ' or ',
    code('12.5'),
    '; three decimals at most.',
  ],
  reason_too_long: (refusal) => [
    `A reason has ${refusal.most} characters at most; that one has ${refusal.characters}.`,
  ],
  unknown_payee: unknownPayee,
  period_not_understood: (refusal) => [
    `“${refusal.typed}” is no period. Write `,
    code('today'),
    ', ',
    code('last-week'),
    ', ',
    code('month'),
    ', ',
    code('2026'),
    ', ',
    code('2026-03'),
    ', ',
    code('2026-W10'),
    ' or ',
    code('2026-03-02'),
    '.',
  ],
  statement_too_long: (refusal) => [
    `More than ${refusal.most} movements are in that time. Ask for a shorter one, such as `,
    code('week'),
    ' or ',
    code('2026-03-02'),
    '.',
  ],
  account_of_others: (refusal) =>
    refusal.whose === 'person'
      ? [`Only ${refusal.name} and the admins of ${refusal.name}’s team see that.`]
      : [`Only the members of ${refusal.name} see that.`],
  link_code_wrong: () => [
    'That code is not good (any more). Make a new one where you are known: ',
    code('/gpu link'),
  ],
  identity_taken: (refusal) => [
    `You are known on ${refusal.platform} already. An admin can change that in dibs.yaml.`,
  ],
  spending_limit: spendingLimit,
  device_limit: deviceLimit,
  too_little_available: (refusal) => [
    `${refusal.account} has ${inCredits(refusal.available)} available, and that takes `,
    `${creditsOf(refusal.needed)}. Credits that a session holds cannot be moved; `,
    code(`/gpu balance ${refusal.account}`),
    ' shows them.',
  ],
  own_credits: () => [
    'That would be for yourself, and nobody decides on credits of their own. ',
    'Another approver can: ',
    code('/gpu request'),
    ' asks them.',
  ],
  quorum_needed: (refusal) => [
    `Above ${inCredits(refusal.above)} two approvers must agree: `,
    code('/gpu request'),
    ' asks both.',
  ],
  too_few_approvers: tooFewApprovers,
  too_many_requests: (refusal) => [
    `You have ${refusal.limit} open requests already. Wait for one, or withdraw one.`,
  ],
  unknown_request: (refusal) => [
    `There is no request ${refusal.typed}. Its number is in its message, such as `,
    code('/gpu approve 17'),
    '.',
  ],
  request_of_another: () => [
    'Only who asked may withdraw a request. An approver can deny it: ',
    code('/gpu deny'),
  ],
  request_decided: (refusal) => [`That request is ${refusal.state} already.`],
  unknown_transfer: (refusal) => [
    `There is no transfer ${refusal.typed}. `,
    code('/gpu history'),
    ' shows their numbers.',
  ],
  not_reversible: (refusal) =>
    refusal.why === 'already reversed'
      ? [`Transfer ${refusal.number} was taken back already.`]
      : [
          `Transfer ${refusal.number} is none that can be taken back: `,
          code('/gpu adjust'),
          ' can set a balance right.',
        ],
} satisfies { [K in Refusal['kind']]?: (refusal: RefusalOf<K>) => Text };

function unknownPayee({ typed, known }: RefusalOf<'unknown_payee'>): Text {
  const meant = nearest(typed.replace(/^@/, ''), known);
  return meant
    ? [`There is nobody and no team called “${typed}”. Did you mean `, code(meant), '?']
    : [`There is nobody and no team called “${typed}”. There is ${eitherOf(known.slice(0, 20))}.`];
}

function spendingLimit(refusal: RefusalOf<'spending_limit'>): Text {
  const { period, limit, charged, held, needed, resetsAt } = refusal;
  const used = [
    ...(charged > 0n ? [`${creditsOf(charged)} used`] : []),
    ...(held > 0n ? [`${creditsOf(held)} held`] : []),
  ];
  const already = used.length === 0 ? '' : `, with ${used.join(' and ')} already`;
  return [
    `Your limit of the team’s credits is ${creditsOf(limit)} a ${period}${already}; `,
    `that needs ${inCredits(needed)}. The next ${period} begins `,
    clock(resetsAt),
    '. Ask for less, or pay with your own: ',
    code('--me'),
  ];
}

function deviceLimit({ whose, limit, used, asked }: RefusalOf<'device_limit'>): Text {
  const who = whose === 'person' ? 'You may' : 'Your team may';
  const devices = limit === 1 ? '1 device' : `${limit} devices`;
  return [
    `${who} have ${devices} at once; ${used} ${used === 1 ? 'is' : 'are'} taken or waited for, and that asks for ${asked}.`,
  ];
}

function tooFewApprovers({ team, needed, there }: RefusalOf<'too_few_approvers'>): Text {
  const [must, are] = [
    needed === 1 ? 'One approver' : `${needed} approvers`,
    there === 0 ? 'none' : there,
  ];
  return [
    `${must} of ${team} must agree, and beside you there is ${are}. `,
    'Approvers are the people with admin: true in dibs.yaml.',
  ];
}
