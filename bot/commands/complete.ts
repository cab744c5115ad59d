import type { Suggestion } from '../../core/invocation.ts';
import { type ArgumentContext, argumentTypes, type Way } from './arguments.ts';
import type { Argument, Command } from './command.ts';
import { wordsOf } from './parse.ts';

const mostSuggestions = 25;

/** Ways to go on with what was typed so far, from the command table. */
export async function complete(text: string, context: ArgumentContext): Promise<Suggestion[]> {
  const words = wordsOf(text);
  const isNewWord = words.length === 0 || /\s$/.test(text);
  const done = isNewWord ? words : words.slice(0, -1);
  const begun = (isNewWord ? '' : (words.at(-1) ?? '')).toLowerCase();
  const [first = [], ...others] = (await waysOn(done, context)).map((ways) =>
    ways.flatMap((way) => fitting(begun, way)),
  );
  const rest = others.flat();
  // A long list of the one thing leaves room for the other that could stand there.
  const room = Math.max(mostSuggestions - rest.length, Math.ceil(mostSuggestions / 2));
  return [...first.slice(0, room), ...rest]
    .slice(0, mostSuggestions)
    .map((way) => ({ ...way, text: [...done, way.text].join(' ') }));
}

/** By the first of its names that what was begun could become. */
function fitting(begun: string, { text, hint, also = [] }: Way): Suggestion[] {
  const name = [text, ...also].find((each) => goesOn(begun, each.toLowerCase()));
  return name === undefined ? [] : [{ text: name, hint }];
}

/** People may be called by name without the sign before it. */
function goesOn(begun: string, text: string): boolean {
  return text !== begun && (text.startsWith(begun) || text.startsWith(`@${begun}`));
}

/** What could stand there next: one list for each thing that could. */
async function waysOn(done: readonly string[], context: ArgumentContext): Promise<Way[][]> {
  const [name, ...given] = done;
  if (name === undefined) return [await argumentTypes.command.suggest(context, [])];
  const command = context.commands.find((row) => row.name === name.toLowerCase());
  if (command === undefined) return [];
  const typed = given.map((word) => word.toLowerCase());
  const flags = command.flags
    .filter((flag) => !typed.includes(flag.name))
    .map((flag) => ({ text: flag.name, hint: flag.says }));
  const values = given.filter((word) => !word.startsWith('--'));
  const list = await argumentsFor(command, values[0], context);
  const canSkip = values.length === 0 && list[0]?.required === false;
  const next = list.slice(values.length, values.length + (canSkip ? 2 : 1));
  const ways = await Promise.all(
    next.map(({ kind }) => argumentTypes[kind].suggest(context, values)),
  );
  return [...ways, ...(next.every(({ required }) => !required) ? [flags] : [])];
}

/** Those that the words so far are for: an optional first one that they do not fit was left out. */
async function argumentsFor(
  { arguments: list }: Command,
  typed: string | undefined,
  context: ArgumentContext,
): Promise<readonly Argument[]> {
  const [first, ...others] = list;
  if (first === undefined || first.required || typed === undefined) return list;
  const parsed = await argumentTypes[first.kind].parse(typed, context);
  return 'refusal' in parsed ? others : list;
}
