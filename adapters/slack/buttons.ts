import type { ActionsBlock, Button, PlainTextElement } from '@slack/types';
import type { MessageAction } from '../../core/message.ts';
import { limits } from './limits.ts';
import { lineOf, shortened } from './shortened.ts';

/** What a press brings back: the command, and the question whose answer goes behind it. */
type ButtonValue = {
  command: string;
  asks: string | null;
  settles: boolean;
  title?: string;
};

export const buttonAction = /^command:\d+$/;

/** Null: its command is longer than a button can carry. `number` makes its id unique. */
export function buttonOf(action: MessageAction, number: number): Button | null {
  const value = carriedBy(action);
  if (value === null) return null;
  const { label, style, confirm } = action;
  return {
    type: 'button',
    action_id: `command:${number}`,
    text: plain(label, limits.buttonText),
    value,
    ...(style === 'plain' ? {} : { style }),
    ...(confirm === null
      ? {}
      : {
          confirm: {
            title: plain(label, limits.confirmTitle),
            text: plain(confirm, limits.confirmText),
            confirm: plain(label, limits.confirmButton),
            deny: plain('Cancel', limits.confirmButton),
            ...(style === 'danger' ? { style } : {}),
          },
        }),
  };
}

export function actionsBlocks(buttons: readonly Button[]): ActionsBlock[] {
  const count = Math.ceil(buttons.length / limits.actionElements);
  return Array.from({ length: count }, (_, at) => {
    const start = at * limits.actionElements;
    return { type: 'actions', elements: buttons.slice(start, start + limits.actionElements) };
  });
}

/** The question may be cut, the command never. */
function carriedBy({ command, asks, label, settles }: MessageAction): string | null {
  const json = (question: string | null): string => {
    const title = shortened(label, limits.modalTitle);
    const value: ButtonValue = { command, asks: question, settles, ...(question && { title }) };
    return JSON.stringify(value);
  };
  const whole = json(asks);
  if (whole.length <= limits.buttonValue) return whole;
  const room = limits.buttonValue - json('…').length;
  // A character may take six in JSON, as an escape.
  const cut = json(asks === null ? null : shortened(asks, Math.max(1, Math.floor(room / 6))));
  return cut.length <= limits.buttonValue ? cut : null;
}

function plain(text: string, most: number): PlainTextElement {
  return { type: 'plain_text', text: shortened(lineOf(text), most) || '…' };
}
