import type { Refusal } from '../../core/refusal.ts';
import { type ArgumentContext, argumentTypes } from './arguments.ts';
import type { Argument, Command, Given } from './command.ts';

type Parsed = { command: Command; given: Given } | { refusal: Refusal };

/** What follows `/gpu`, to a command and its values. */
export async function parseCommand(text: string, context: ArgumentContext): Promise<Parsed> {
  const [name, ...words] = wordsOf(text);
  if (name === undefined) return { refusal: { kind: 'nothing_typed' } };
  const named = await argumentTypes.command.parse(name.replace(/^-+/, ''), context);
  if ('refusal' in named) return named;
  const command = named.value;
  const flags = new Set(
    words.filter((word) => word.startsWith('--')).map((word) => word.toLowerCase()),
  );
  if (flags.has('--help')) return parseCommand(`help ${command.name}`, context);
  const unknownFlag = [...flags].find((flag) => !command.flags.some((row) => row.name === flag));
  if (unknownFlag !== undefined) {
    const names = command.flags.map((row) => row.name);
    const refusal = { kind: 'flag_unknown', command: command.name, typed: unknownFlag } as const;
    return { refusal: { ...refusal, flags: names } };
  }
  const rest = words.filter((word) => !word.startsWith('--'));
  const values = await parseValues(command, rest, context);
  return 'refusal' in values ? values : { command, given: { values: values.values, flags } };
}

/**
 * Words, without quotes of any kind, with the dashes that keyboards make of `--` undone, and with
 * what belongs together made one: `2 hours`, `1h 30m`, `a100 x2`.
 */
export function wordsOf(text: string): string[] {
  const plain = text
    .trim()
    .replace(/^\/?gpu(?=\s|$)/i, '')
    .replace(/[“”„"'‘’]/g, '')
    .replace(/(?<=\s)[–—](?=[a-z])/gi, '--');
  const joined = plain
    .replace(
      /(^|\s)(\d+(?:[.,]\d+)?)\s+(?=(d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)(\s|$))/gi,
      '$1$2',
    )
    .replace(
      /(?<=\s)(\d+(?:d|days?|h|hrs?|hours?|m|mins?|minutes?))\s+(?:and\s+)?(?=\d+(?:[.,]\d+)?[a-z]+(\s|$))/gi,
      '$1',
    )
    .replace(/\s+(?=[x×]\d{1,2}(\s|$))/gi, '');
  return joined.split(/\s+/).filter((word) => word !== '');
}

async function parseValues(
  command: Command,
  words: readonly string[],
  context: ArgumentContext,
): Promise<{ values: Record<string, unknown> } | { refusal: Refusal }> {
  const values: Record<string, unknown> = {};
  const rest = [...words];
  const example = command.examples[0] ?? command.name;
  for (const [at, argument] of command.arguments.entries()) {
    if (isLeftOut(argument, rest, command.arguments.slice(at + 1))) continue;
    const typed = rest.shift();
    if (typed === undefined) {
      const missing = argumentTypes[argument.kind].says;
      const refusal = { kind: 'argument_missing', command: command.name, example } as const;
      return { refusal: { ...refusal, argument: missing } };
    }
    const parsed = await argumentTypes[argument.kind].parse(typed, context);
    if ('refusal' in parsed) return parsed;
    values[argument.name] = parsed.value;
  }
  const [typed] = rest;
  if (typed === undefined) return { values };
  return { refusal: { kind: 'argument_not_understood', command: command.name, typed, example } };
}

/** An optional argument is left out when the words left are only enough for the required ones. */
function isLeftOut(argument: Argument, rest: readonly string[], later: readonly Argument[]) {
  return !argument.required && rest.length <= later.filter(({ required }) => required).length;
}
