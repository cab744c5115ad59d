import type { KnownBlock } from '@slack/types';
import type { Message, MessagePart } from '../../core/message.ts';
import { limits } from './limits.ts';
import { contextOf, headerOf, type Piece, piecesOf, type Surface } from './parts.ts';
import { lineOf, shortened } from './shortened.ts';
import { escaped, type Names, plainOf } from './text.ts';

export type SlackFile = { name: string; mediaType: string; text: string };

type SlackMessage = {
  /** What notifications and screen readers say. */
  text: string;
  blocks: KnownBlock[];
  /** To be uploaded; the blocks only name them. */
  files: SlackFile[];
};

type SlackView = { type: 'home'; blocks: KnownBlock[] };

/** A message within Slack's limits. Where it must be cut it says so, and keeps its buttons. */
export function renderMessage(
  message: Message,
  { names, now, filesAre = '' }: { names: Names; now: Date; filesAre?: string },
): SlackMessage {
  const files = message.parts.flatMap((part) =>
    part.kind === 'file' ? [{ name: part.name, mediaType: part.mediaType, text: part.text }] : [],
  );
  return {
    text: escaped(summaryOf(message, now)),
    blocks: fitted(pieces(message, { names, isView: false, filesAre }), {
      blocks: limits.messageBlocks,
      characters: limits.messageCharacters,
    }),
    files,
  };
}

/** The same for the Home tab. */
export function renderView(message: Message, { names }: { names: Names }): SlackView {
  const blocks = fitted(pieces(message, { names, isView: true, filesAre: '' }), {
    blocks: limits.viewBlocks,
    characters: limits.viewCharacters,
  });
  return { type: 'home', blocks };
}

/** The words always say it too: whoever cannot tell the colours apart misses nothing. */
const toneEmoji: { [T in Message['tone']]: string } = {
  neutral: '',
  progress: '🔵 ',
  good: '🟢 ',
  warning: '🟡 ',
  bad: '🔴 ',
};

function pieces({ title, tone, parts }: Message, where: Omit<Surface, 'nextButton'>): Piece[] {
  let buttons = 0;
  const nextButton = () => buttons++;
  const surface: Surface = { ...where, nextButton };
  const emoji = toneEmoji[tone];
  if (title !== null && title.trim() !== '')
    return [...headerOf(`${emoji}${title}`), ...parts.flatMap((part) => piecesOf(part, surface))];
  const first = parts.findIndex(({ kind }) => kind === 'text');
  const marked = parts.map((part, at) =>
    at === first && part.kind === 'text' && emoji !== ''
      ? { ...part, text: [emoji, ...part.text] }
      : part,
  );
  return marked.flatMap((part) => piecesOf(part, surface));
}

/** Blocks up to the first that has no room, with a word on what is missing; and all that is kept. */
function fitted(all: readonly Piece[], most: { blocks: number; characters: number }): KnownBlock[] {
  const weights = new Map(all.map((piece) => [piece, weightOf(piece.block)]));
  if (isWithin(all, most)) return all.map(({ block }) => block);
  const room = { blocks: most.blocks - 1, characters: most.characters - weightOf(noteOf(all)) };
  let taken: Piece[] = [];
  const takeWhile = (candidates: readonly Piece[]) => {
    for (const candidate of candidates) {
      if (!isWithin([...taken, candidate], room)) return;
      taken = [...taken, candidate];
    }
  };
  takeWhile(all.filter(({ isKept }) => isKept));
  takeWhile(all.filter(({ isKept }) => !isKept));
  const isTaken = new Set(taken);
  const missing = all.filter((piece) => !isTaken.has(piece));
  return all.flatMap((piece) => {
    if (isTaken.has(piece)) return [piece.block];
    return piece === missing[0] ? [noteOf(missing)] : [];
  });

  function isWithin(some: readonly Piece[], room: typeof most): boolean {
    const weight = some.reduce((sum, piece) => sum + (weights.get(piece) ?? 0), 0);
    return some.length <= room.blocks && weight <= room.characters;
  }
}

function noteOf(missing: readonly Piece[]): KnownBlock {
  return contextOf(`… and ${missing.reduce((sum, { lines }) => sum + lines, 0)} more`);
}

function weightOf(block: KnownBlock): number {
  return JSON.stringify(block).length + limits.blockCharacters;
}

/** As much as a phone shows of a notification. */
const mostSummary = 240;

function summaryOf({ title, tone, parts }: Message, now: Date): string {
  const first = parts.map((part) => wordsOf(part, now)).find((words) => words !== '');
  const words = [lineOf(title ?? ''), first ?? ''].filter((some) => some !== '').join(': ');
  return shortened(`${toneEmoji[tone]}${words || 'A message from Dibs'}`, mostSummary);
}

function wordsOf(part: MessagePart, now: Date): string {
  switch (part.kind) {
    case 'text':
      return plainOf(part.text, now);
    case 'heading':
      return lineOf(part.text);
    case 'progress':
      return lineOf(part.label);
    case 'fields':
      return part.fields
        .map(({ name, value }) => `${lineOf(name)} ${plainOf(value, now)}`)
        .join(', ');
    case 'file':
      return lineOf(part.name);
    default:
      return '';
  }
}
