import type { Message } from '../../../core/message.ts';
import { creditMessages } from './credits.ts';
import { homeViews } from './home.ts';
import { overviewMessages } from './overviews.ts';
import { sessionMessages } from './sessions.ts';

/** One of every kind of message that Dibs sends, made of fixed facts, by name. */
export const messages: Readonly<Record<string, Message>> = {
  ...sessionMessages,
  ...creditMessages,
  ...overviewMessages,
};

/** What is no message but a page of one person’s own. */
export const views: Readonly<Record<string, Message>> = homeViews;
