import { familyOf, typeMatches } from '../../core/device-type.ts';
import type { Role } from '../../core/entity.ts';
import { mostCredits, type Ticks, ticksOfCredits } from '../../core/money.ts';
import { type Period, parsePeriod, relativePeriods } from '../../core/period.ts';
import type { Policy } from '../../core/policy.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { Store } from '../../core/store.ts';
import type { GrantRequestView, Payee, SessionView } from '../../core/view.ts';
import type { CatalogueImage } from '../catalogue.ts';
import { formatDuration, parseDuration } from '../duration.ts';
import { inCredits } from '../render/words.ts';
import { findPayee, findReadable, readableAccounts } from './accounts.ts';
import type { Command } from './command.ts';
import { parseDevices } from './devices-words.ts';
import { imageArgument } from './image-words.ts';
import { type KeyVerb, keyArgument, keyVerbArgument } from './key-words.ts';
import { findSubject, type Subject, suggestSubjects } from './subject.ts';

/** What an argument becomes, by its kind. */
export type ArgumentValues = {
  devices: { deviceType: string; deviceCount: number };
  duration: number;
  image: CatalogueImage;
  session: SessionView;
  command: Command;
  /** Above zero. */
  amount: Ticks;
  /** Above or below zero. */
  change: Ticks;
  payee: Payee;
  /** Somebody, or a team, whose balance the asker may see. */
  account: Payee;
  period: Period;
  /** The rest of the line. */
  reason: string;
  request: GrantRequestView;
  transfer: number;
  code: string;
  subject: Subject;
  keyVerb: KeyVerb;
  /** The rest of the line, as it stands. */
  key: string;
};
export type ArgumentKind = keyof ArgumentValues;

/** Where arguments are looked up. */
export type ArgumentContext = {
  store: Store;
  policy: Policy;
  images: readonly CatalogueImage[];
  commands: readonly Command[];
  personId: string;
  teamId: string;
  roles: readonly Role[];
};

type Parsed<K extends ArgumentKind> = { value: ArgumentValues[K] } | { refusal: Refusal };

/** `also`: what it is called besides, offered where it was begun. */
export type Way = { text: string; hint: string; also?: readonly string[] };

/** One kind of argument: how a word of it is read, and what could be written there. */
type ArgumentType<K extends ArgumentKind> = {
  says: string;
  example: string;
  parse(typed: string, context: ArgumentContext): Promise<Parsed<K>> | Parsed<K>;
  /** `given`: the values before it. */
  suggest(context: ArgumentContext, given: readonly string[]): Promise<Way[]>;
  /** What is meant as one, even if it is none: its refusal says what is wrong with it. */
  looksLike?: RegExp;
};

export const argumentTypes: { [K in ArgumentKind]: ArgumentType<K> } = {
  devices: {
    says: 'device type',
    example: 'a100, a100x2 or any',
    parse: (typed) => ({ value: parseDevices(typed) }),
    async suggest({ store }) {
      const { hosts } = await store.board();
      const offered = hosts.flatMap(({ devices }) =>
        devices.filter(({ state }) => state === 'offered'),
      );
      const types = new Set(offered.flatMap(({ type }) => [familyOf(type), type]));
      return [...types].map((asked) => {
        const devices = offered.filter(({ type }) => typeMatches(asked, type));
        const free = devices.filter(({ session }) => session === null).length;
        return { text: asked, hint: `${free} of ${devices.length} free` };
      });
    },
  },
  duration: {
    says: 'duration',
    example: '90m, 2h or 1d',
    parse(typed) {
      const value = parseDuration(typed);
      return value === null ? { refusal: { kind: 'duration_not_understood', typed } } : { value };
    },
    async suggest() {
      return ['2h', '1h', '30m', '4h', '8h', '1d'].map((text) => {
        return { text, hint: formatDuration(parseDuration(text) ?? 0) };
      });
    },
  },
  image: imageArgument,
  session: {
    says: 'session',
    example: 'brave-otter',
    async parse(typed, { store, teamId }) {
      const value = await store.sessionByName(typed.toLowerCase());
      if (value) return { value };
      const living = await store.livingSessions({ teamId });
      return {
        refusal: { kind: 'unknown_session', typed, living: living.map(({ name }) => name) },
      };
    },
    async suggest({ store, personId }) {
      const mine = await store.livingSessions({ personId });
      return mine.map(({ name, state, deviceType }) => {
        return { text: name, hint: `${deviceType}, ${state}` };
      });
    },
  },
  command: {
    says: 'command',
    example: 'start',
    parse(typed, { commands }) {
      const value = commands.find(({ name }) => name === typed.toLowerCase());
      if (value) return { value };
      const names = commands.map(({ name }) => name);
      return { refusal: { kind: 'unknown_command', typed, commands: names } };
    },
    async suggest({ commands }) {
      return commands.map(({ name, summary }) => ({ text: name, hint: summary }));
    },
  },
  amount: {
    says: 'number of credits',
    example: '20 or 12.5',
    parse(typed) {
      const value = parseCredits(typed);
      return value !== null && value > 0n
        ? { value }
        : { refusal: { kind: 'amount_not_understood', typed } };
    },
    suggest: nothing,
  },
  change: {
    says: 'number of credits',
    example: '20 or -20',
    parse(typed) {
      const value = parseCredits(typed);
      return value !== null && value !== 0n
        ? { value }
        : { refusal: { kind: 'amount_not_understood', typed } };
    },
    suggest: nothing,
  },
  payee: {
    says: 'person or team',
    example: '@bob or vision',
    parse: findPayee,
    async suggest({ store, personId }) {
      const all = await store.payees();
      return all.filter((payee) => payee.personId !== personId).map(payeeWay);
    },
  },
  account: {
    says: 'person or team',
    example: 'me, @bob or vision',
    parse: findReadable,
    async suggest(context) {
      const [team, own, ...others] = await readableAccounts(context);
      return [
        ...(team ? [payeeWay(team)] : []),
        ...(own ? [{ text: 'me', hint: own.name }] : []),
        ...others.map(payeeWay),
      ];
    },
  },
  period: {
    says: 'period',
    example: 'week, last-month, 2026, 2026-03, 2026-W10 or 2026-03-02',
    looksLike: /^(\d|last|this)/i,
    parse(typed) {
      const value = parsePeriod(typed);
      return value === null ? { refusal: { kind: 'period_not_understood', typed } } : { value };
    },
    async suggest() {
      const counted = Object.entries(relativePeriods).map(([text, { unit, back }]) => {
        return { text, hint: back === 0 ? `this ${unit} so far` : `the ${unit} before` };
      });
      return [...counted, { text: 'all', hint: 'since the first credits' }];
    },
  },
  reason: {
    says: 'reason',
    example: '"ablation for the paper, due Friday"',
    parse: (typed) =>
      typed.length <= mostReasonCharacters
        ? { value: typed }
        : {
            refusal: {
              kind: 'reason_too_long',
              characters: typed.length,
              most: mostReasonCharacters,
            },
          },
    suggest: nothing,
  },
  request: {
    says: 'number of a request',
    example: '17',
    async parse(typed, { store }) {
      const [, number] = /^#?(\d{1,9})$/.exec(typed) ?? [];
      const value = number === undefined ? null : await store.requestByNumber(Number(number));
      return value ? { value } : { refusal: { kind: 'unknown_request', typed } };
    },
    async suggest({ store, teamId }) {
      const pending = await store.pendingRequests(teamId);
      return pending.map(({ number, requester, amount }) => {
        return { text: String(number), hint: `${requester}, ${inCredits(amount)}` };
      });
    },
  },
  transfer: {
    says: 'number of a transfer',
    example: '1204',
    parse(typed) {
      const [, number] = /^#?(\d{1,15})$/.exec(typed) ?? [];
      return number === undefined
        ? { refusal: { kind: 'unknown_transfer', typed } }
        : { value: Number(number) };
    },
    suggest: nothing,
  },
  code: {
    says: 'code',
    example: 'K7QF-2MXD',
    parse: (typed) => ({ value: typed }),
    suggest: nothing,
  },
  subject: {
    says: 'person, session or request',
    example: '@bob, brave-otter or 17',
    parse: (typed, { store }) => findSubject(typed, store),
    suggest: suggestSubjects,
  },
  keyVerb: keyVerbArgument,
  key: keyArgument,
};

const mostReasonCharacters = 300;

function payeeWay({ name, kind }: Payee): { text: string; hint: string } {
  return { text: kind === 'person' ? `@${name}` : name, hint: kind };
}

async function nothing(): Promise<[]> {
  return [];
}

/** `200`, `12.5`, `12,5`, `1,000`, `-20`: three decimals at most; null if it is none. */
export function parseCredits(typed: string): Ticks | null {
  const plain = typed.replace(/^[−–]/, '-').replace(/(?<=\d),(?=\d{3}(?:\D|$))/g, '');
  const written = plain.replace(',', '.');
  if (!/^[-+]?\d+(\.\d{1,3})?$/.test(written)) return null;
  const credits = Number(written);
  return Math.abs(credits) > mostCredits ? null : ticksOfCredits(credits);
}
