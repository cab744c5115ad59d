import { unreachable } from '../../core/assert.ts';
import type { Span, Text } from '../../core/message.ts';
import { beginning, lineOf } from './shortened.ts';

/** The Slack id of a person of ours; null: Slack does not know them. */
export type Names = (personId: string) => string | null;

/**
 * Text in Slack's mrkdwn. `&`, `<` and `>` have entities; for its format characters Slack has no
 * escape, so where they would format they give way to characters that look like them.
 * docs.slack.dev/messaging/formatting-message-text
 */
export function mrkdwnOf(text: Text, names: Names): string {
  const formats = formatsIn(text);
  const all = text.map((span) => markedOf(span, { names, formats })).reduce(joined, '');
  // At the start of a line this would be a quotation.
  return all.replace(/^&gt;/gm, '›');
}

/** As `mrkdwnOf`, with as much of the text as fits. */
export function fittedMrkdwn(text: Text, names: Names, most: number): string {
  const whole = mrkdwnOf(text, names);
  if (whole.length <= most) return whole;
  const fits = (part: Text) => mrkdwnOf([...part, '…'], names).length <= most;
  const end = text.findIndex((_, at) => !fits(text.slice(0, at + 1)));
  const kept = text.slice(0, end);
  return mrkdwnOf(
    [...kept, ...partOf(text[end] ?? '', (span) => fits([...kept, span])), '…'],
    names,
  );
}

/** One line for notifications, in UTC, with no format of any kind. */
export function plainOf(text: Text, now: Date): string {
  const words = text.map((span) => {
    if (typeof span === 'string') return span;
    switch (span.kind) {
      case 'mention':
        return `@${span.name}`;
      case 'channel':
        return 'that channel';
      case 'secret':
        return '…';
      case 'time':
        return span.style === 'relative' ? fromNow(span.at, now) : inUtc(span.at, now);
      default:
        return span.text;
    }
  });
  return lineOf(words.join(''));
}

/**
 * What Slack sends as the text of a slash command, as its writer saw it. Mentions of people keep
 * their ids, since names are not unique.
 * docs.slack.dev/interactivity/implementing-slash-commands#escaping
 */
export function commandText(text: string): string {
  return text
    .replace(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_, target: string, label = '') => read(target, label))
    .replace(/&(amp|lt|gt);/g, (_, name: keyof typeof entities) => entities[name])
    .replace(/[\u00a0\u2007\u202f]/g, ' ')
    .replace(/[\u200b\u2060\ufeff]/g, '');
}

export function escaped(text: string): string {
  return text.toWellFormed().replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

const entities = { amp: '&', lt: '<', gt: '>' } as const;

function read(target: string, label: string): string {
  // A name of two words would be two arguments.
  if (/^@[UW]/.test(target)) return /\s|^$/.test(label) ? `<${target}>` : `<${target}|${label}>`;
  const name = label === '' ? target.replace(/^(#|!subteam\^|!|mailto:)/, '') : label;
  if (target.startsWith('#')) return `#${name}`;
  return target.startsWith('!') && !/^!date/.test(target) ? `@${name.replace(/^@/, '')}` : name;
}

type Marking = { names: Names; formats: ReadonlySet<string> };
type Marked = { text: string; isFormat: boolean };

function markedOf(span: Span, { names, formats }: Marking): Marked {
  const plain = (text: string) => escaped(unformatted(text, formats));
  if (typeof span === 'string') return { text: plain(span), isFormat: false };
  switch (span.kind) {
    case 'strong':
      return { text: strongOf(plain(span.text)), isFormat: true };
    case 'code':
    case 'secret':
      return { text: codeOf(span.text), isFormat: true };
    case 'link':
      return { text: linkOf(span.url, plain(span.text)), isFormat: false };
    case 'mention': {
      const id = names(span.personId);
      return { text: id === null ? plain(`@${span.name}`) : `<@${id}>`, isFormat: false };
    }
    case 'channel':
      return { text: `<#${span.channel}>`, isFormat: false };
    case 'time':
      return { text: timeOf(span), isFormat: false };
    default:
      return unreachable(span);
  }
}

/** Formats begin and end only at the edge of a word; a space of no width makes one. */
function joined(before: string, { text, isFormat }: Marked): string {
  const touches = /[\p{L}\p{N}*_~`]$/u.test(before) && /^[\p{L}\p{N}*_~`]/u.test(text);
  const isNeeded = touches && (isFormat || /[*`]$/.test(before));
  return `${before}${isNeeded ? '\u200b' : ''}${text}`;
}

/** No format goes over the end of a line, nor has a space at its edge. */
function strongOf(text: string): string {
  return text.replace(/^([^\S\n]*)(\S(?:.*\S)?)([^\S\n]*)$/gm, '$1*$2*$3');
}

function codeOf(text: string): string {
  const line = escaped(text)
    .replace(/`/g, lookAlikes['`'])
    .replace(/\s*\n\s*/g, ' ');
  return line.trim() === '' ? line : `\`${line}\``;
}

function linkOf(url: string, label: string): string {
  const target = url
    .toWellFormed()
    .replace(/&/g, '&amp;')
    .replace(/[<>|\s]/g, encodeURIComponent);
  const words = label.replace(/\s*\n\s*/g, ' ').trim();
  return words === '' ? `<${target}>` : `<${target}|${words}>`;
}

/**
 * In the reader's own zone and way of writing. The time comes first, since that reads well behind
 * every preposition: "until 16:40 today", "at 16:40 tomorrow", "about 09:00 Mar 2, 2026". `{ago}`
 * says "in" or "ago" as of the moment of reading.
 */
function timeOf({ at, style }: Extract<Span, { kind: 'time' }>): string {
  const format = style === 'relative' ? '{ago}' : '{time} {date_short_pretty}';
  return `<!date^${Math.floor(at.getTime() / 1000)}^${format}|${dayAndTime(at)}>`;
}

const dayAndTime = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function inUtc(at: Date, now: Date): string {
  const isToday = at.toISOString().slice(0, 10) === now.toISOString().slice(0, 10);
  return isToday ? dayAndTime(at).slice(11) : dayAndTime(at);
}

function fromNow(at: Date, now: Date): string {
  const minutes = Math.round(Math.abs(at.getTime() - now.getTime()) / 60_000);
  const rounded = Math.round(minutes / 60);
  const [count, unit] = minutes < 120 ? [minutes, 'minute'] : [rounded, 'hour'];
  const words = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return at < now ? `${words} ago` : `in ${words}`;
}

const lookAlikes = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ' } as const;
type Format = keyof typeof lookAlikes;

/** It takes two to format, so a single one is left as it was written. */
function formatsIn(text: Text): Set<Format> {
  const all = text.map((span) => {
    if (typeof span === 'string') return span;
    switch (span.kind) {
      case 'strong':
        return `**${span.text}`;
      case 'code':
      case 'secret':
        return '``';
      case 'mention':
        return span.name;
      case 'time':
      case 'channel':
        return '';
      default:
        return span.text;
    }
  });
  const count = (format: string) => all.join('').split(format).length - 1;
  const formats: Format[] = ['*', '_', '~', '`'];
  return new Set(formats.filter((format) => count(format) > 1));
}

/** Slack lets `snake_case` and `2 * 3 * 4` alone, and so do we. */
function unformatted(text: string, formats: ReadonlySet<string>): string {
  return text.replace(/[*_~`]/g, (format, at: number) => {
    const [before, after] = [text[at - 1] ?? '', text[at + 1] ?? ''];
    const opens = !isWord(before) && !isSpace(after);
    const closes = !isWord(after) && !isSpace(before);
    return formats.has(format) && (opens || closes) ? lookAlikes[format as Format] : format;
  });
}

const isWord = (character: string) => /[\p{L}\p{N}]/u.test(character);
const isSpace = (character: string) => /\s/.test(character);

/** The longest beginning of a span that fits, where it can be cut at all. */
function partOf(span: Span, fits: (span: Span) => boolean): Text {
  if (typeof span !== 'string' && span.kind !== 'strong' && span.kind !== 'code') return [];
  const text = typeof span === 'string' ? span : span.text;
  const cut = (length: number): Span => {
    const start = beginning(text, length).trimEnd();
    return typeof span === 'string' ? start : { ...span, text: start };
  };
  let [fitting, over] = [0, text.length];
  while (over - fitting > 1) {
    const middle = Math.floor((fitting + over) / 2);
    if (fits(cut(middle))) fitting = middle;
    else over = middle;
  }
  return fits(cut(fitting)) ? [cut(fitting)] : [];
}
