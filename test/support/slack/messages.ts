import type { Block } from './blocks.ts';
import type { Fields } from './check.ts';
import type { Channel, Message } from './entities.ts';
import type { Workspace } from './workspace.ts';

type NewMessage = Pick<Message, 'user' | 'text'> &
  Partial<Pick<Message, 'threadTs' | 'blocks' | 'metadata' | 'files' | 'only'>>;

export function addMessage(workspace: Workspace, channel: Channel, content: NewMessage): Message {
  const message: Message = {
    threadTs: null,
    metadata: null,
    files: [],
    only: null,
    ...content,
    blocks: withIds(workspace, content.blocks ?? []),
    channel: channel.id,
    ts: workspace.newTs(),
    reactions: new Map(),
    isEdited: false,
    values: {},
  };
  channel.messages.push(message);
  workspace.changed();
  return message;
}

/** Slack gives an id to every block and element that comes without one. */
export function withIds(workspace: Workspace, blocks: readonly Block[]): Block[] {
  const identify = (element: unknown): unknown =>
    isInteractive(element) ? { action_id: workspace.newId('a'), ...element } : element;
  return blocks.map((block) => {
    const identified: Record<string, unknown> = { block_id: workspace.newId('b'), ...block };
    for (const name of ['accessory', 'element'] as const)
      if (block[name] !== undefined) identified[name] = identify(block[name]);
    const { elements } = block;
    if (block['type'] === 'actions' && Array.isArray(elements))
      identified['elements'] = elements.map(identify);
    return identified;
  });
}

function isInteractive(element: unknown): element is Fields {
  const isFields = typeof element === 'object' && element !== null && 'type' in element;
  return isFields && element.type !== 'image';
}

export function findMessage(channel: Channel, ts: string): Message | null {
  return channel.messages.find((message) => message.ts === ts) ?? null;
}
