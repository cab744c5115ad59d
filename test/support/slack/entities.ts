import type { Block } from './blocks.ts';
import type { Fields } from './check.ts';

type Standing = 'member' | 'guest' | 'stranger' | 'bot';
export type Person = {
  id: string;
  name: string;
  displayName: string;
  standing: Standing;
  zone: string;
  isDeactivated: boolean;
};
export type Channel = {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  members: Set<string>;
  isArchived: boolean;
  messages: Message[];
};
export type Message = {
  channel: string;
  ts: string;
  threadTs: string | null;
  /** Who wrote it: a person or the bot user. */
  user: string;
  text: string;
  blocks: Block[];
  metadata: Fields | null;
  files: StoredFile[];
  reactions: Map<string, string[]>;
  isEdited: boolean;
  /** Only this person sees it: an ephemeral message. */
  only: string | null;
  /** What people chose in it so far, by block and action. */
  values: ViewValues;
};
export type StoredFile = { id: string; name: string; title: string; content: Buffer };
export type ViewValues = Record<string, Record<string, Fields>>;
export type View = {
  id: string;
  kind: 'modal' | 'home';
  person: string;
  hash: string;
  /** As the app sent it, with the ids that Slack adds. */
  content: Fields & { blocks: Block[] };
  values: ViewValues;
  /** What the app found wrong with the last submission, by block. */
  errors: Readonly<Record<string, string>>;
};
export type Group = { id: string; handle: string; members: Set<string> };
export type Call = { method: string; args: Fields; at: number; error: string | null };
