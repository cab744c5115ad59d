import type { Access } from '../../core/access.ts';
import type { Channel, PersonActor, Standing } from '../../core/entity.ts';
import type { Reply } from '../../core/invocation.ts';
import type { Message } from '../../core/message.ts';
import type { Policy } from '../../core/policy.ts';
import type { Clock } from '../../core/ports.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { Store } from '../../core/store.ts';
import type { SessionView } from '../../core/view.ts';
import type { CatalogueImage } from '../catalogue.ts';
import { renderRefusal } from '../render/refusal.ts';
import { plainText } from '../render/words.ts';
import type { ArgumentKind, ArgumentValues } from './arguments.ts';

/** A row of the command table: what the parser, the completion and the help are made from. */
export type Command = {
  name: string;
  summary: string;
  /** Whether it costs nothing and decides nothing, so that a guest of the chat may use it too. */
  forGuests: boolean;
  arguments: readonly Argument[];
  flags: readonly Flag[];
  /** The first one is shown where an argument is missing. */
  examples: readonly string[];
  run(context: CommandContext, given: Given): Promise<Reply>;
};

export type Argument = { name: string; kind: ArgumentKind; required: boolean };
type Flag = { name: `--${string}`; says: string };

/** Values by argument name, each of the type that its kind says, and the flags that were there. */
export type Given = { values: Readonly<Record<string, unknown>>; flags: ReadonlySet<string> };

export type CommandContext = {
  store: Store;
  clock: Clock;
  policy: Policy;
  access: Access;
  images: readonly CatalogueImage[];
  commands: readonly Command[];
  newSecret: () => string;
  actor: PersonActor;
  /** Of the actor, on the platform of the channel. */
  externalId: string;
  standing: Standing;
  channel: Channel;
  requestKey: string;
  /** Something changed for that host: its loop need not wait for its time. */
  wake(hostId: string | null): void;
};

type ValueOf<A extends Argument> = A['required'] extends true
  ? ArgumentValues[A['kind']]
  : ArgumentValues[A['kind']] | undefined;
type ValuesOf<A extends readonly Argument[]> = { [E in A[number] as E['name']]: ValueOf<E> };

/** A row whose `run` gets its values typed by its arguments. */
export function command<const A extends readonly Argument[]>(
  row: Omit<Command, 'arguments' | 'run'> & {
    arguments: A;
    run(context: CommandContext, values: ValuesOf<A>, flags: ReadonlySet<string>): Promise<Reply>;
  },
): Command {
  return {
    ...row,
    // The parser makes the values from `arguments`, so they are of these types.
    run: (context, { values, flags }) => row.run(context, values as ValuesOf<A>, flags),
  };
}

export function accepted(message: Message, session: SessionView | null = null): Reply {
  return { ok: true, message, text: plainText(message), refusal: null, session };
}

export function refused(refusal: Refusal): Reply {
  const message = renderRefusal(refusal);
  return { ok: false, message, text: plainText(message), refusal, session: null };
}
