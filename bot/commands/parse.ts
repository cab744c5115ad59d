import type { Refusal } from '../../core/refusal.ts';
import { type ArgumentContext, type ArgumentKind, argumentTypes } from './arguments.ts';
import type { Argument, Command, Given } from './command.ts';

type Parsed = { command: Command; given: Given } | { refusal: Refusal };

/** What follows `/gpu`, to a command and its values. */
export async function parseCommand(text: string, context: ArgumentContext): Promise<Parsed> {
  const [name] = wordsOf(text);
  if (name === undefined) return { refusal: { kind: 'nothing_typed' } };
  const named = await argumentTypes.command.parse(name.replace(/^-+/, ''), context);
  if ('refusal' in named) return named;
  const command = named.value;
  const { words, flags } = split(command, text);
  if (flags.has('--help')) return parseCommand(`help ${command.name}`, context);
  const unknownFlag = [...flags].find((flag) => !command.flags.some((row) => row.name === flag));
  if (unknownFlag !== undefined) {
    const names = command.flags.map((row) => row.name);
    const refusal = { kind: 'flag_unknown', command: command.name, typed: unknownFlag } as const;
    return { refusal: { ...refusal, flags: names } };
  }
  const values = await parseValues(command, words, context);
  return 'refusal' in values ? values : { command, given: { values: values.values, flags } };
}

function split(command: Command, text: string): { words: string[]; flags: Set<string> } {
  const all = piecesOf(text, command.arguments.at(-1)?.kind);
  const isFlag = (word: { text: string; isQuoted: boolean }) =>
    !word.isQuoted && /^--[a-z]/i.test(word.text);
  // The first word is the command, also where it was written like a flag: `--help`.
  const [, ...given] = all;
  return {
    words: given.filter((word) => !isFlag(word)).map((word) => word.text),
    flags: new Set(given.filter(isFlag).map((word) => word.text.toLowerCase())),
  };
}

function piecesOf(text: string, last: ArgumentKind | undefined): Piece[] {
  if (last === 'reason') return phrasesOf(text);
  if (last === 'key') return lineOf(text);
  return wordsOf(text).map((word) => ({ text: word, isQuoted: false }));
}

type Piece = { text: string; isQuoted: boolean };

/** Two words, and behind them a key as it stands: nothing in it is an option or a duration. */
function lineOf(text: string): Piece[] {
  const [, name, first, rest] =
    /^(\S+)(?:\s+(\S+))?(?:\s+([\s\S]+))?$/.exec(plainly(text).trim()) ?? [];
  return [name, first, rest]
    .filter((piece) => piece !== undefined)
    .map((piece) => ({ text: piece, isQuoted: !/^--[a-z]+$/i.test(piece) }));
}

/**
 * Words, without quotes of any kind, with the dashes that keyboards make of `--` undone, and with
 * what belongs together made one: `2 hours`, `1h 30m`, `a100 x2`.
 */
export function wordsOf(text: string): string[] {
  const joined = plainly(text)
    .replace(/[“”„"'‘’]/g, '')
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

/** Words as they are, where a sentence is part of them; what stands in quotes is one. */
export function phrasesOf(text: string): Piece[] {
  const pattern = /(?<!\S)(?:"([^"]+)"|["“„”]([^"“”„]+)["“”]|['‘](.+?)['’])(?!\S)|\S+/g;
  return [...plainly(text).matchAll(pattern)].map(([word, straight, curly, single]) => {
    const quoted = straight ?? curly ?? single;
    return { text: quoted?.trim() ?? word, isQuoted: quoted !== undefined };
  });
}

function plainly(text: string): string {
  return text
    .trim()
    .replace(/^\/?gpu(?=\s|$)/i, '')
    .replace(/(?<=\s)[–—](?=[a-z])/gi, '--');
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
    const later = command.arguments.slice(at + 1);
    if (isLeftOut(argument, rest, later)) continue;
    const isRest = argument.kind === 'reason' || argument.kind === 'key';
    const typed = isRest ? rest.splice(0).join(' ') : rest.shift();
    if (!typed) return { refusal: missing(command, argument) };
    const read = await readArgument(argument, later, { typed, context });
    if ('refusal' in read) return read;
    if ('value' in read) values[argument.name] = read.value;
    else rest.unshift(typed);
  }
  const [typed] = rest;
  if (typed === undefined) return { values };
  return { refusal: { kind: 'argument_not_understood', command: command.name, typed, example } };
}

function missing({ name, examples }: Command, { kind }: Argument): Refusal {
  const { says } = argumentTypes[kind];
  return { kind: 'argument_missing', command: name, argument: says, example: examples[0] ?? name };
}

/** An optional argument is left out when the words left are only enough for the required ones. */
function isLeftOut(argument: Argument, rest: readonly string[], later: readonly Argument[]) {
  return !argument.required && rest.length <= later.filter(({ required }) => required).length;
}

/** Of two optional arguments the first may be left out: then the word is for the second. */
async function readArgument(
  argument: Argument,
  [next]: readonly Argument[],
  { typed, context }: { typed: string; context: ArgumentContext },
): Promise<{ value: unknown } | { refusal: Refusal } | { isForNext: true }> {
  const parsed = await argumentTypes[argument.kind].parse(typed, context);
  if ('value' in parsed || argument.required || next === undefined || next.required) return parsed;
  const { parse, looksLike } = argumentTypes[next.kind];
  const parsedNext = await parse(typed, context);
  if ('value' in parsedNext) return { isForNext: true };
  return looksLike?.test(typed) ? parsedNext : parsed;
}
