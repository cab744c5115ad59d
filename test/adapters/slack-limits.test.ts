import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../adapters/slack/limits.ts';
import { renderMessage, renderView } from '../../adapters/slack/render.ts';
import type { Message, MessagePart } from '../../core/message.ts';
import { noonPlus } from '../support/facts.ts';
import { problemsOfMessage, problemsOfView } from '../support/slack/blocks.ts';
import {
  anAction,
  aText,
  blocksOf,
  buttons,
  linesOf,
  rendered,
  slack,
  slackNames,
} from '../support/slack-rendered.ts';
import { noon } from '../support/world.ts';

describe('a table in Slack', () => {
  const columns = [
    { name: 'Who', align: 'left' },
    { name: 'Credits', align: 'right' },
  ] as const;
  const table = (...rows: string[][]) => linesOf(blocksOf({ kind: 'table', columns, rows }));

  it('has its columns below each other', () => {
    expect(table(['bob', '20'], ['alice', '1,234'])).toEqual([
      'Who    Credits',
      'bob         20',
      'alice    1,234',
    ]);
  });

  it('counts full-width characters, emoji and marks as wide as they are', () => {
    expect(table(['田中', '1'], ['e\u0301', '2'], ['👩‍🔬', '3'], ['zoe', '4'])).toEqual([
      'Who   Credits',
      '田中        1',
      'e\u0301           2',
      '👩‍🔬          3',
      'zoe         4',
    ]);
  });

  it('keeps what is written from right to left within its column', () => {
    expect(table(['שלום', '1'])).toEqual(['Who   Credits', '\u2068שלום\u2069        1']);
  });

  it('breaks cells that are too wide within their column, between words', () => {
    const reason =
      'grant by alice, request 17: for the long paper on otters and what they do all day long';
    const lines = table([reason, '20'], ['x'.repeat(90), '1']);
    expect(lines).toEqual([
      `Who${' '.repeat(66)}Credits`,
      `grant by alice, request 17: for the long paper on otters and what${' '.repeat(9)}20`,
      'they do all day long',
      `${'x'.repeat(67)}${' '.repeat(8)}1`,
      'x'.repeat(23),
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBe(76);
  });

  it('of 64 devices is whole, with its head in each block', () => {
    const head = ['GPU', 'Type', 'Use', 'Memory', 'Temp', 'Power'];
    const rows = Array.from({ length: 64 }, (_, at) => [
      String(at),
      'a100-80gb',
      '100 %',
      '79.9 / 80.0 GiB',
      '61 °C',
      '311 W',
    ]);
    const part: MessagePart = {
      kind: 'table',
      columns: head.map((name) => ({ name, align: 'left' })),
      rows,
    };
    const blocks = blocksOf(part, buttons(anAction()));
    expect(blocks.map(({ type }) => type)).toEqual(['rich_text', 'rich_text', 'actions']);
    const lines = linesOf(blocks);
    expect(lines.filter((line) => line.startsWith('GPU'))).toHaveLength(2);
    expect(
      lines.filter((line) => /^\d/.test(line)).map((line) => Number.parseInt(line, 10)),
    ).toEqual(rows.map((_, at) => at));
    expect(problemsOfMessage(blocks)).toEqual([]);
  });

  it('shows missing and surplus cells as nothing', () => {
    expect(table([], ['bob', '20', 'x'])).toEqual(['Who  Credits', '', 'bob       20']);
  });
});

describe('what Slack has no room for', () => {
  it.each([
    ['a title', 150, (most: number) => rendered({ title: 'x'.repeat(most) }).blocks],
    ['text', 3000, (most: number) => blocksOf(aText('x'.repeat(most)))],
    ['a line of code', 2999, (most: number) => blocksOf({ kind: 'code', text: 'x'.repeat(most) })],
  ])('is cut: %s at %i', (_, most, blocks) => {
    expect(JSON.stringify(blocks(most))).toContain(`"${'x'.repeat(most)}"`);
    expect(JSON.stringify(blocks(most + 1))).toContain(`"${'x'.repeat(most - 1)}…"`);
    expect(problemsOfMessage(blocks(most + 1))).toEqual([]);
  });

  it.each([
    [49, 49, null],
    [50, 48, '… and 2 more'],
    [60, 48, '… and 12 more'],
  ])('of %i paragraphs is said, and the buttons stay', (count, shown, note) => {
    const paragraphs = Array.from({ length: count }, (_, at) => aText(`paragraph ${at}`));
    const blocks = blocksOf(...paragraphs, buttons(anAction()));
    expect(blocks.filter(({ type }) => type === 'section')).toHaveLength(shown);
    expect(blocks.at(-1)).toMatchObject({ type: 'actions' });
    expect(blocks.at(-2)).toEqual(
      note === null ? slack.section('paragraph 48') : slack.context(note),
    );
  });

  it('of a hundred paragraphs has room in the Home tab', () => {
    const parts = Array.from({ length: 101 }, (_, at) => aText(`paragraph ${at}`));
    const view = (most: number) =>
      renderView(
        { title: null, tone: 'neutral', parts: parts.slice(0, most) },
        { names: slackNames },
      ).blocks;
    expect(view(100).at(-1)).toEqual(slack.section('paragraph 99'));
    expect(view(101)).toHaveLength(100);
    expect(view(101).at(-1)).toEqual(slack.context('… and 2 more'));
  });

  it('by its characters is said with the lines that are missing, and the buttons stay', () => {
    const rows = Array.from({ length: 300 }, (_, at) => [`row ${at} ${'x'.repeat(60)}`]);
    const blocks = blocksOf(
      aText('first'),
      { kind: 'table', columns: [{ name: 'Row', align: 'left' }], rows },
      aText('last'),
      buttons(anAction()),
    );
    const shown = linesOf(blocks).filter((line) => line.startsWith('row')).length;
    expect(shown).toBeGreaterThan(100);
    expect(blocks.at(-2)).toEqual(slack.context(`… and ${300 - shown + 1} more`));
    expect(blocks.at(-1)).toMatchObject({ type: 'actions' });
  });
});

describe('the line of a notification', () => {
  it('says title and first words, with times in UTC', () => {
    const parts: MessagePart[] = [
      {
        kind: 'text',
        text: ['It ends ', { kind: 'time', at: noonPlus(900), style: 'relative' }, ' & then'],
      },
      aText('More.'),
    ];
    const message = { title: 'brave-otter ends soon', tone: 'warning', parts } as const;
    expect(rendered(message).text).toBe(
      '🟡 brave-otter ends soon: It ends in 15 minutes &amp; then',
    );
  });

  it.each<[MessagePart, string]>([
    [{ kind: 'progress', label: 'Pulling', fraction: 0.5 }, 'Pulling'],
    [{ kind: 'fields', fields: [{ name: 'Held', value: ['5'] }] }, 'Held 5'],
    [{ kind: 'heading', text: 'Mine' }, 'Mine'],
    [{ kind: 'code', text: 'ls' }, 'A message from Dibs'],
  ])('is never empty', (part, words) => {
    expect(rendered({ parts: [part] }).text).toBe(words);
  });

  it('is no longer than people read', () => {
    expect(rendered({ parts: [aText('x'.repeat(500))] }).text).toBe(`${'x'.repeat(239)}…`);
  });
});

/** Slack’s rules as the stand-in has them, and the weight that it does not write down. */
function expectAccepted(message: Message): void {
  const { blocks, text: fallback } = renderMessage(message, { names: slackNames, now: noon });
  expect(problemsOfMessage(blocks)).toEqual([]);
  expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(limits.messageCharacters);
  expect(JSON.stringify(blocks).isWellFormed()).toBe(true);
  expect(JSON.stringify(blocks)).not.toMatch(/(?<!\\)\\ud[89a-f]/);
  expect(fallback.length).toBeGreaterThan(0);
  expect(fallback.length).toBeLessThanOrEqual(limits.fallbackText);
  expect(fallback).not.toContain('\n');
  expect(problemsOfView('home', renderView(message, { names: slackNames }))).toEqual([]);
}

describe('any message', () => {
  const unit = fc.constantFrom(
    'a',
    ' ',
    '\n',
    '&',
    '<',
    '"',
    '*',
    '`',
    'é',
    '田',
    'ש',
    '👩‍🔬',
    '\ud83d',
  );
  const short = fc.string({ unit, maxLength: 40 });
  const words = fc.oneof(
    { weight: 6, arbitrary: short },
    { weight: 1, arbitrary: fc.tuple(short, fc.nat(4000)).map(([some, n]) => some.repeat(n / 20)) },
  );
  const span = fc.oneof(
    words,
    words.map((some) => ({ kind: 'strong' as const, text: some })),
    words.map((some) => ({ kind: 'code' as const, text: some })),
    words.map((some) => ({ kind: 'link' as const, text: some, url: 'http://gpu-1/' })),
    fc
      .constantFrom('bob', 'zoe')
      .map((id) => ({ kind: 'mention' as const, personId: id, name: id })),
    fc.constant({ kind: 'time' as const, at: noon, style: 'clock' as const }),
  );
  const inline = fc.array(span, { maxLength: 5 });
  const action = fc.record({
    label: words,
    command: words,
    style: fc.constantFrom('primary', 'plain', 'danger'),
    confirm: fc.option(words),
    asks: fc.option(words),
    settles: fc.boolean(),
  });
  const column = fc.record({ name: short, align: fc.constantFrom('left', 'right') });
  const part: fc.Arbitrary<MessagePart> = fc.oneof(
    fc.record({ kind: fc.constant('text'), text: inline }),
    fc.record({ kind: fc.constant('heading'), text: words }),
    fc.record({
      kind: fc.constant('fields'),
      fields: fc.array(fc.record({ name: words, value: inline }), { maxLength: 25 }),
    }),
    fc.record({
      kind: fc.constant('table'),
      columns: fc.array(column, { maxLength: 8 }),
      rows: fc.array(fc.array(words, { maxLength: 8 }), { maxLength: 20 }),
    }),
    fc.record({ kind: fc.constant('code'), text: words }),
    fc.record({
      kind: fc.constant('progress'),
      label: words,
      fraction: fc.option(fc.double({ min: 0, max: 1 })),
    }),
    fc.record({ kind: fc.constant('reactions'), emojis: fc.constant(['✅']) }),
    fc.record({
      kind: fc.constant('file'),
      name: words,
      mediaType: fc.constant('text/csv'),
      text: words,
    }),
    fc.record({ kind: fc.constant('actions'), actions: fc.array(action, { maxLength: 30 }) }),
  );
  const message: fc.Arbitrary<Message> = fc.record({
    title: fc.option(words),
    tone: fc.constantFrom('neutral', 'progress', 'good', 'warning', 'bad'),
    parts: fc.array(part, { maxLength: 60, size: 'max' }),
  });

  it('is one that Slack accepts', () => {
    fc.assert(fc.property(message, expectAccepted), { numRuns: 100 });
  });
});
