import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { Chosen, Form } from '../../core/invocation.ts';
import type { Message } from '../../core/message.ts';
import { limits } from './limits.ts';
import { renderMessage } from './render.ts';
import type { SlackReply } from './reply.ts';
import { shortened } from './shortened.ts';
import type { Names } from './text.ts';

/** What is chosen in a form, whose price follows it. */
export const fieldAction = /^field:/;

/** Which form was filled in. */
export const startCallback = 'start';
export const reasonCallback = 'reason';
const reasonField = 'reason';

/** Where a form was asked for: it comes back with it. */
const metadata = z.object({
  channel: z.string(),
  reply: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.enum(['respond', 'replace']), url: z.string() }),
      z.object({ kind: z.literal('home') }),
    ])
    .nullable(),
  /** Of a question: the command that its answer goes behind. */
  command: z.string(),
});
export type FormOrigin = { channel: string; reply: SlackReply | null; command: string };

export function originOf(privateMetadata: string): FormOrigin {
  return metadata.parse(JSON.parse(privateMetadata));
}

/** Shown at once, as the trigger lives for three seconds only. */
export function openingModal(origin: FormOrigin): ModalView {
  return noticeModal('Looking what is free …', origin);
}

export function noticeModal(text: string, origin: FormOrigin): ModalView {
  return {
    ...frame('Start a session', origin),
    callback_id: startCallback,
    blocks: [{ type: 'section', text: { type: 'plain_text', text } }],
  };
}

/** A form with a price that follows what is chosen. */
export function formModal(
  form: Form,
  origin: FormOrigin,
  { names, now }: { names: Names; now: Date },
): ModalView {
  return {
    ...frame(form.title, origin),
    callback_id: startCallback,
    submit: plain(form.submit),
    blocks: [
      ...form.fields.map(
        ({ name, label, options, chosen }) =>
          ({
            type: 'input',
            // Slack keeps what was chosen under the same id, also where it is not offered any more.
            block_id: `${name}:${options.map(({ value }) => value).join(',')}`.slice(0, 255),
            label: { type: 'plain_text', text: label },
            dispatch_action: true,
            element: {
              type: 'static_select',
              action_id: `field:${name}`,
              options: options.slice(0, limits.selectOptions).map(optionOf),
              initial_option: optionOf(
                options.find(({ value }) => value === chosen) ?? { value: chosen, label: chosen },
              ),
            },
          }) as const,
      ),
      ...renderMessage(form.quote, { names, now }).blocks,
    ],
  };
}

/** There is nothing to be filled in: why. */
export function messageModal(
  message: Message,
  origin: FormOrigin,
  { names, now }: { names: Names; now: Date },
): ModalView {
  const { blocks } = renderMessage(message, { names, now });
  return { ...frame('Start a session', origin), callback_id: startCallback, blocks };
}

/** A question whose answer goes behind a command. */
export function reasonModal(asks: string, title: string, origin: FormOrigin): ModalView {
  return {
    ...frame(title, origin),
    callback_id: reasonCallback,
    submit: plain(title),
    blocks: [
      {
        type: 'input',
        block_id: reasonField,
        optional: true,
        label: { type: 'plain_text', text: shortened(asks, limits.inputLabel) },
        element: {
          type: 'plain_text_input',
          action_id: reasonField,
          multiline: true,
          max_length: 400,
        },
      },
    ],
  };
}

function frame(title: string, origin: FormOrigin) {
  return {
    type: 'modal',
    title: plain(title),
    close: plain('Cancel'),
    private_metadata: JSON.stringify(origin),
  } as const;
}

const plain = (text: string) =>
  ({ type: 'plain_text', text: shortened(text, limits.modalTitle) }) as const;

function optionOf({ value, label }: { value: string; label: string }) {
  return {
    text: { type: 'plain_text', text: shortened(label, limits.optionText) },
    value: value.slice(0, limits.optionValue),
  } as const;
}

const state = z.object({
  values: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        selected_option: z.object({ value: z.string() }).nullish(),
        value: z.string().nullish(),
      }),
    ),
  ),
});

/** What stands in a form, by the names of its fields. */
export function chosenIn(viewState: unknown): Chosen {
  const { values } = state.parse(viewState);
  const fields = Object.values(values).flatMap((block) => Object.entries(block));
  return Object.fromEntries(
    fields.flatMap(([name, { selected_option: option, value }]) => {
      const chosen = option?.value ?? value;
      return chosen === null || chosen === undefined ? [] : [[name.replace(/^field:/, ''), chosen]];
    }),
  );
}

/** The answer to a question, in one line. */
export function reasonIn(viewState: unknown): string {
  const reason = (chosenIn(viewState)[reasonField] ?? '').replace(/\s+/g, ' ').trim();
  // In quotes, what begins with a dash is no option.
  return reason.startsWith('-') ? `“${reason.replace(/[“”]/g, '"')}”` : reason;
}
