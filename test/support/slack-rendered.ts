import type { KnownBlock } from '@slack/types';
import { renderMessage } from '../../adapters/slack/render.ts';
import type { Message, MessageAction, MessagePart } from '../../core/message.ts';
import { noon } from './world.ts';

/** In Slack bob is U123, and nobody else is there. */
export const slackNames = (personId: string) => (personId === 'bob' ? 'U123' : null);

export const rendered = (message: Partial<Message>) =>
  renderMessage(
    { title: null, tone: 'neutral', parts: [], ...message },
    { names: slackNames, now: noon },
  );
export const blocksOf = (...parts: MessagePart[]) => rendered({ parts }).blocks;

export const aText = (words: string): MessagePart => ({ kind: 'text', text: [words] });
export const buttons = (...actions: MessageAction[]): MessagePart => ({ kind: 'actions', actions });
export const anAction = (facts: Partial<MessageAction> = {}): MessageAction => ({
  label: 'Stop',
  command: 'stop brave-otter',
  style: 'plain',
  confirm: null,
  asks: null,
  settles: false,
  ...facts,
});

const mrkdwn = (words: string) => ({ type: 'mrkdwn', text: words, verbatim: true });
export const slack = {
  mrkdwn,
  plain: (words: string) => ({ type: 'plain_text', text: words }),
  header: (title: string) => ({ type: 'header', text: { type: 'plain_text', text: title } }),
  section: (words: string) => ({ type: 'section', text: mrkdwn(words) }),
  context: (words: string) => ({ type: 'context', elements: [mrkdwn(words)] }),
};

/** The lines of what is shown as it is. */
export function linesOf(blocks: readonly KnownBlock[]): string[] {
  return blocks.flatMap((block) =>
    block.type === 'rich_text'
      ? block.elements.flatMap(({ elements }) =>
          elements.flatMap((element) =>
            'text' in element && element.text !== undefined ? element.text.split('\n') : [],
          ),
        )
      : [],
  );
}
