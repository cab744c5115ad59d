import { anyDevice, familyOf, typeMatches } from '../../core/device-type.ts';
import type { Image } from '../../core/ports.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { Store } from '../../core/store.ts';
import type { SessionView } from '../../core/view.ts';
import type { CatalogueImage } from '../defaults.ts';
import { formatDuration, parseDuration } from '../duration.ts';
import type { Command } from './command.ts';

/** What an argument becomes, by its kind. */
export type ArgumentValues = {
  devices: { deviceType: string; deviceCount: number };
  duration: number;
  image: Image;
  session: SessionView;
  command: Command;
};
export type ArgumentKind = keyof ArgumentValues;

/** Where arguments are looked up. */
export type ArgumentContext = {
  store: Store;
  images: readonly CatalogueImage[];
  commands: readonly Command[];
  personId: string;
  teamId: string;
};

type Parsed<K extends ArgumentKind> = { value: ArgumentValues[K] } | { refusal: Refusal };

/** One kind of argument: how a word of it is read, and what could be written there. */
type ArgumentType<K extends ArgumentKind> = {
  says: string;
  example: string;
  parse(typed: string, context: ArgumentContext): Promise<Parsed<K>> | Parsed<K>;
  suggest(context: ArgumentContext): Promise<{ text: string; hint: string }[]>;
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
  image: {
    says: 'image',
    example: 'pytorch',
    parse(typed, { images }) {
      const value = images.find(({ name }) => name.toLowerCase() === typed.toLowerCase());
      const offered = images.map(({ name }) => name);
      return value
        ? { value: { name: value.name, reference: value.reference, build: value.build } }
        : { refusal: { kind: 'unknown_image', typed, offered } };
    },
    async suggest({ images }) {
      return images.map(({ name, reference }) => ({ text: name, hint: reference }));
    },
  },
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
};

/** `a100`, `a100x2`, `a100×2`, `gpu`. A type of its own may hold an x and digits: `rtx4090`. */
export function parseDevices(typed: string): ArgumentValues['devices'] {
  const lower = typed.toLowerCase();
  const [, type = lower, count = '1'] = /^(.+)[x×]([1-9]\d?)$/.exec(lower) ?? [];
  return { deviceType: type === 'gpu' ? anyDevice : type, deviceCount: Number(count) };
}
