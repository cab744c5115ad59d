import type { Button, KnownBlock, MrkdwnElement, SectionBlock } from '@slack/types';
import { unreachable } from '../../core/assert.ts';
import type { MessagePart, Text } from '../../core/message.ts';
import { actionsBlocks, buttonOf } from './buttons.ts';
import { limits } from './limits.ts';
import { tableLines } from './monospaced.ts';
import { lineOf, shortened } from './shortened.ts';
import { escaped, fittedMrkdwn, mrkdwnOf, type Names, plainOf } from './text.ts';

/** Blocks that stand or fall alone; `lines` says how much is missing where one has no room. */
export type Piece = { block: KnownBlock; lines: number; isKept: boolean };

export type Surface = {
  names: Names;
  /** The Home tab has chapters, which a message is too short for; and nothing is attached to it. */
  isView: boolean;
  /** Where its files are, if not beside it. */
  filesAre: string;
  /** Counts the buttons of the whole surface. */
  nextButton(): number;
};

export function piecesOf(part: MessagePart, surface: Surface): Piece[] {
  const { names, isView, filesAre } = surface;
  switch (part.kind) {
    case 'text':
      return section(fittedMrkdwn(part.text, names, limits.sectionText));
    case 'heading':
      return isView
        ? headerOf(part.text)
        : section(fittedMrkdwn([{ kind: 'strong', text: part.text }], names, limits.sectionText));
    case 'fields':
      return fieldPieces(part.fields, names);
    case 'table':
      return part.columns.length === 0
        ? []
        : preformatted(tableLines(part.columns, part.rows), { headLines: 1 });
    case 'code':
      return preformatted(part.text.split('\n'), { headLines: 0 });
    case 'progress':
      return section(progressWords(part, names));
    case 'reactions':
      return [];
    case 'file':
      return isView
        ? preformatted(part.text.split('\n'), { headLines: 0 })
        : [piece(contextOf(`📎 ${escaped(shortened(lineOf(part.name), 255))}${filesAre}`))];
    case 'actions':
      return actionPieces(part.actions, surface);
    default:
      return unreachable(part);
  }
}

export function headerOf(text: string): Piece[] {
  const shown = shortened(lineOf(text), limits.headerText);
  const block: KnownBlock = { type: 'header', text: { type: 'plain_text', text: shown } };
  return shown === '' ? [] : [{ ...piece(block), isKept: true }];
}

export function contextOf(text: string): KnownBlock {
  return { type: 'context', elements: [mrkdwn(text)] };
}

function piece(block: KnownBlock, lines = 1): Piece {
  return { block, lines, isKept: false };
}

/** Else `@here` in somebody's reason would be taken for a mention. */
function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

function section(text: string, lines = 1): Piece[] {
  const block: SectionBlock = { type: 'section', text: mrkdwn(text) };
  return text.trim() === '' ? [] : [piece(block, lines)];
}

type Fields = readonly { name: string; value: Text }[];

/** Beside each other where they are short, below each other where two columns would be too narrow. */
function fieldPieces(fields: Fields, names: Names): Piece[] {
  const isShort = fields.every(
    ({ name, value }) => name.length <= shortName && shownLength(value) <= shortValue,
  );
  return isShort ? columnPieces(fields, names) : linePieces(fields, names);
}

const shortName = 24;
const shortValue = 36;

/** A time is shown as "16:40 today" or "2 hours ago". */
function shownLength(text: Text): number {
  const timeless = text.map((span) =>
    typeof span !== 'string' && span.kind === 'time' ? 'x'.repeat(12) : span,
  );
  return plainOf(timeless, new Date(0)).length;
}

function columnPieces(fields: Fields, names: Names): Piece[] {
  const texts = fields.map(({ name, value }) =>
    fittedMrkdwn(
      [...strongLine(name), '\n', ...(isEmpty(value, names) ? ['–'] : value)],
      names,
      limits.fieldText,
    ),
  );
  return chunked(texts, limits.sectionFields).map((chunk) =>
    piece({ type: 'section', fields: chunk.map(mrkdwn) }, chunk.length),
  );
}

/** As many lines in a section as go in. */
function linePieces(fields: Fields, names: Names): Piece[] {
  const lines = fields.map(({ name, value }) => {
    const lead = lineOf(name) === '' ? [] : [...strongLine(`${name}:`), ' '];
    return fittedMrkdwn([...lead, ...value], names, limits.fieldText).trim();
  });
  return filled(lines, limits.sectionText, '\n').flatMap((chunk) =>
    section(chunk.join('\n'), chunk.length),
  );
}

function strongLine(name: string): Text {
  const text = lineOf(name);
  return text === '' ? [] : [{ kind: 'strong', text }];
}

const isEmpty = (text: Text, names: Names) => mrkdwnOf(text, names).trim() === '';

/** The head is repeated where the lines do not go into one block. */
function preformatted(lines: readonly string[], { headLines }: { headLines: number }): Piece[] {
  const most = limits.preformattedText;
  const fitting = lines.map((line) => shortened(line, Math.floor(most / (headLines + 1)) - 1));
  const head = fitting.slice(0, headLines);
  const room = most - head.join('\n').length - head.length;
  const chunks = filled(fitting.slice(headLines), room, '\n');
  return (chunks.length === 0 ? [[]] : chunks).flatMap((chunk) => {
    const text = [...head, ...chunk].join('\n');
    return text.trim() === '' ? [] : [piece(preformattedBlock(text), Math.max(1, chunk.length))];
  });
}

/** Rich text shows it as it is; in mrkdwn three backticks within it would end it. */
function preformattedBlock(text: string): KnownBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
  };
}

function progressWords(
  { label, fraction }: Extract<MessagePart, { kind: 'progress' }>,
  names: Names,
): string {
  const words = fittedMrkdwn([label], names, limits.sectionText - 2 * barLength);
  if (fraction === null || Number.isNaN(fraction)) return `⏳ ${words}`;
  const done = Math.min(1, Math.max(0, fraction));
  const full = Math.floor(done * barLength);
  const bar = '▓'.repeat(full) + '░'.repeat(barLength - full);
  return `${words}\n${bar} ${Math.floor(done * 100)} %`;
}

/** With its figure on one line of a phone. */
const barLength = 20;

function actionPieces(
  actions: Extract<MessagePart, { kind: 'actions' }>['actions'],
  { nextButton }: Surface,
): Piece[] {
  const buttons: Button[] = [];
  const pieces: Piece[] = [];
  for (const action of actions) {
    const button = buttonOf(action, nextButton());
    if (button === null) {
      const label = escaped(shortened(action.label, limits.buttonText));
      pieces.push(...section(`“${label}” is too long for a button.`));
    } else buttons.push(button);
  }
  const blocks = actionsBlocks(buttons);
  return [
    ...pieces,
    ...blocks.map((block) => ({ ...piece(block, block.elements.length), isKept: true })),
  ];
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/** In groups whose joined length stays within `most`. */
function filled(lines: readonly string[], most: number, joint: string): string[][] {
  const groups: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    length += joint.length + line.length;
    if (length <= most) groups.at(-1)?.push(line);
    else {
      groups.push([line]);
      length = line.length;
    }
  }
  return groups;
}
