import type { Block } from './blocks.ts';
import { blocksOf, elementsOf, wordsOf } from './blocks.ts';
import type { Fields } from './check.ts';
import type { Message, StoredFile, View, ViewValues } from './entities.ts';
import { channelOf, imOf, type Workspace } from './workspace.ts';

export type SeenMessage = {
  channel: string;
  ts: string;
  threadTs: string | null;
  from: string;
  text: string;
  blocks: readonly Block[];
  /** What a reader reads: the words of the blocks, or the text where there are none. */
  words: string;
  /** The labels of its buttons. */
  buttons: readonly string[];
  isEphemeral: boolean;
  isEdited: boolean;
  /** Who pressed which emoji. */
  reactions: Readonly<Record<string, readonly string[]>>;
  files: readonly StoredFile[];
  metadata: Fields | null;
};

export type SeenView = {
  id: string;
  kind: View['kind'];
  title: string;
  hash: string;
  blocks: readonly Block[];
  words: string;
  buttons: readonly string[];
  values: ViewValues;
  errors: Readonly<Record<string, string>>;
  callbackId: string;
  privateMetadata: string;
};

/** What people see, each for themselves. */
export function createSight(workspace: Workspace) {
  const messagesSeenBy = (person: string, channelId: string): SeenMessage[] => {
    const channel = channelOf(workspace, channelId);
    if (!channel.members.has(person)) return [];
    return channel.messages.filter(({ only }) => only === null || only === person).map(seenMessage);
  };
  return {
    /** Oldest first, with threads and with what is for that person alone. Empty for outsiders. */
    messagesSeenBy,
    /** The modal on top, and the app’s home. */
    viewsOf(person: string): { modal: SeenView | null; home: SeenView | null } {
      const modal = workspace.modals.get(person)?.at(-1);
      const home = workspace.homes.get(person);
      return { modal: modal ? seenView(modal) : null, home: home ? seenView(home) : null };
    },
    /** Their conversation with the app; the channel is null while there is none. */
    directMessages(person: string): { channel: string | null; messages: SeenMessage[] } {
      const channel = imOf(workspace, person)?.id ?? null;
      return { channel, messages: channel === null ? [] : messagesSeenBy(person, channel) };
    },
  };
}

function seenMessage(message: Message): SeenMessage {
  const { channel, ts, threadTs, user, text, blocks, isEdited, files, metadata } = message;
  const seen = structuredClone({
    channel,
    ts,
    threadTs,
    from: user,
    text,
    blocks,
    words: blocks.length > 0 ? wordsOf(blocks).join('\n') : text,
    buttons: buttonsOf(blocks).map(labelOf),
    isEphemeral: message.only !== null,
    isEdited,
    reactions: Object.fromEntries(message.reactions),
    metadata,
  });
  return { ...seen, files: [...files] };
}

function seenView({ id, kind, hash, content, values, errors }: View): SeenView {
  const { blocks } = content;
  return structuredClone({
    id,
    kind,
    title: wordsOf(content['title']).join(),
    hash,
    blocks,
    words: wordsOf(blocks).join('\n'),
    buttons: buttonsOf(blocks).map(labelOf),
    values,
    errors,
    callbackId: String(content['callback_id'] ?? ''),
    privateMetadata: String(content['private_metadata'] ?? ''),
  });
}

export function buttonsOf(blocks: readonly Block[]): Fields[] {
  return blocks.flatMap((block) =>
    elementsOf(block)
      .filter(({ type }) => type === 'button')
      .map((button) => ({ ...button, block_id: block['block_id'] })),
  );
}

export const labelOf = ({ text }: Fields) =>
  blocksOf([text])
    .map((one) => one['text'])
    .join();
