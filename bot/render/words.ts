import { closest, distance } from 'fastest-levenshtein';
import { unreachable } from '../../core/assert.ts';
import { anyDevice } from '../../core/device-type.ts';
import type { Message, Span, Text } from '../../core/message.ts';
import { type Ticks, ticksPerCredit } from '../../core/money.ts';
import { formatDuration } from '../duration.ts';

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const fine = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** `20`, `9.99`, `0.0028`: rounded here, in words, and nowhere else. */
export function creditsOf(ticks: Ticks): string {
  const credits = Number(ticks) / Number(ticksPerCredit);
  return Math.abs(credits) < 1 ? fine.format(credits) : plain.format(credits);
}

export function inCredits(ticks: Ticks): string {
  const words = creditsOf(ticks);
  return words === '1' ? '1 credit' : `${words} credits`;
}

/** `20 credits are held`. */
export function areHeld(ticks: Ticks): string {
  const words = inCredits(ticks);
  return `${words} ${words.endsWith('credit') ? 'is' : 'are'} held`;
}

/** Credits per device-hour. */
export function priceWords(ticksPerSecond: Ticks): string {
  return plain.format(Number(ticksPerSecond) / 1000);
}

export function devicesWords(count: number, asked: string): string {
  const type = asked === anyDevice ? 'GPU' : asked;
  return count === 1 ? type : `${count} × ${type}`;
}

/** As they are typed behind `start`: `a100x2`. */
export function typedDevices(asked: string, count: number): string {
  const looksCounted = /[x×]\d{1,2}$/.test(asked);
  return count > 1 || looksCounted ? `${asked}x${count}` : asked;
}

/** The one that was probably meant; null if nothing is near. */
export function nearest(typed: string, among: readonly string[]): string | null {
  if (among.length === 0) return null;
  const candidate = closest(typed.toLowerCase(), [...among]);
  const most = Math.max(1, Math.round(candidate.length / 3));
  return distance(typed.toLowerCase(), candidate) <= most ? candidate : null;
}

/** `a, b or c`. */
export function eitherOf(words: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(words);
}

/** `There is a`, `There are a, b and c`. */
export function thereAre(words: readonly string[]): string {
  const all = new Intl.ListFormat('en', { type: 'conjunction' }).format(words);
  return `There ${words.length === 1 ? 'is' : 'are'} ${all.replace(/, and (?=[^,]*$)/, ' and ')}`;
}

export const strong = (text: string): Span => ({ kind: 'strong', text });
export const code = (text: string): Span => ({ kind: 'code', text });
export const secret = (text: string): Span => ({ kind: 'secret', text });
export const clock = (at: Date): Span => ({ kind: 'time', at, style: 'clock' });
export const relative = (at: Date): Span => ({ kind: 'time', at, style: 'relative' });

export function sentence(tone: Message['tone'], ...text: Text): Message {
  return { title: null, tone, parts: [{ kind: 'text', text }] };
}

/** What the terminal and the API show: the message as plain lines, times in UTC. */
export function plainText({ title, parts }: Message): string {
  const lines = parts.flatMap((part): string[] => {
    switch (part.kind) {
      case 'text':
        return [spansText(part.text)];
      case 'heading':
        return ['', part.text];
      case 'fields':
        return part.fields.map(({ name, value }) => `${name}: ${spansText(value)}`);
      case 'table':
        return tableLines(part.columns, part.rows);
      case 'code':
        return part.text.split('\n');
      case 'progress':
        return [
          part.fraction === null
            ? part.label
            : `${part.label}, ${Math.floor(part.fraction * 100)} %`,
        ];
      case 'file':
        return [part.text];
      case 'reactions':
      case 'actions':
        return [];
      default:
        return unreachable(part);
    }
  });
  return [...(title === null ? [] : [title]), ...lines].join('\n');
}

export function spansText(text: Text): string {
  return text
    .map((span) => {
      if (typeof span === 'string') return span;
      switch (span.kind) {
        case 'link':
          return `${span.text} ${span.url}`;
        case 'mention':
          return `@${span.name}`;
        case 'channel':
          return `#${span.channel}`;
        case 'time':
          return span.style === 'relative' ? fromNow(span.at) : inUtc(span.at);
        default:
          return span.text;
      }
    })
    .join('');
}

const inUtc = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function fromNow(at: Date): string {
  const seconds = Math.round((at.getTime() - Date.now()) / 1000);
  return seconds < 0 ? `${formatDuration(-seconds)} ago` : `in ${formatDuration(seconds)}`;
}

function tableLines(
  columns: readonly { name: string; align: 'left' | 'right' }[],
  rows: readonly (readonly string[])[],
): string[] {
  const all = [columns.map(({ name }) => name), ...rows];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  return all.map((row) =>
    columns
      .map(({ align }, at) => {
        const [cell, width] = [row[at] ?? '', widths[at] ?? 0];
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
