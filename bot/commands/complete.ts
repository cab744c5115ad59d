import type { Suggestion } from '../../core/invocation.ts';
import { type ArgumentContext, argumentTypes } from './arguments.ts';
import { wordsOf } from './parse.ts';

const mostSuggestions = 25;

/** Ways to go on with what was typed so far, from the command table. */
export async function complete(text: string, context: ArgumentContext): Promise<Suggestion[]> {
  const words = wordsOf(text);
  const isNewWord = words.length === 0 || /\s$/.test(text);
  const done = isNewWord ? words : words.slice(0, -1);
  const begun = (isNewWord ? '' : (words.at(-1) ?? '')).toLowerCase();
  const ways = await waysOn(done, context);
  return ways
    .filter((way) => way.text.startsWith(begun) && way.text !== begun)
    .slice(0, mostSuggestions)
    .map((way) => ({ ...way, text: [...done, way.text].join(' ') }));
}

async function waysOn(done: readonly string[], context: ArgumentContext): Promise<Suggestion[]> {
  const [name, ...given] = done;
  if (name === undefined) return argumentTypes.command.suggest(context);
  const command = context.commands.find((row) => row.name === name.toLowerCase());
  if (command === undefined) return [];
  const flags = command.flags
    .filter((flag) => !given.includes(flag.name))
    .map((flag) => ({ text: flag.name, hint: flag.says }));
  const values = given.filter((word) => !word.startsWith('--'));
  const skipped = command.arguments[0]?.required === false && command.arguments.length > 1;
  const next = command.arguments.slice(values.length, values.length + (skipped ? 2 : 1));
  const ways = await Promise.all(next.map(({ kind }) => argumentTypes[kind].suggest(context)));
  return [...ways.flat(), ...(next.every(({ required }) => !required) ? flags : [])];
}
