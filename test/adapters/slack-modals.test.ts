import { describe, expect, it } from 'vitest';
import {
  chosenIn,
  formModal,
  originOf,
  reasonIn,
  reasonModal,
} from '../../adapters/slack/modals.ts';
import type { Message } from '../../core/message.ts';
import { problemsOfView } from '../support/slack/blocks.ts';
import { noon } from '../support/world.ts';

const origin = { channel: 'CLAB', reply: null, command: 'deny 1' };
const words = { names: () => null, now: noon };

describe('a form', () => {
  const option = (value: string) => ({ value, label: `label of ${value}` });
  const form = (values: string[], chosen: string) => ({
    title: 'A title of over twenty-four',
    submit: 'Start',
    fields: [{ name: 'type', label: 'Type', options: values.map(option), chosen }],
    quote: { title: null, tone: 'neutral', parts: [] } as Message,
  });

  it('is one that Slack takes, whatever there is to choose', () => {
    const many = Array.from({ length: 101 }, (_, at) => `${at}-${'x'.repeat(80)}`);
    const view = formModal(form(many, many[0] ?? ''), origin, words);
    expect(problemsOfView('modal', view)).toEqual([]);
    expect(view).toMatchObject({
      callback_id: 'start',
      title: { text: 'A title of over twenty-…' },
      submit: { text: 'Start' },
      close: { text: 'Cancel' },
    });
    expect(view).toHaveProperty('blocks.0.element.options.length', 100);
    expect(view).toHaveProperty('blocks.0.block_id.length', 255);
    expect(originOf(view.private_metadata ?? '')).toEqual(origin);
  });

  it.each([
    ['b', 'label of b'],
    ['gone', 'gone'],
  ])('shows what is chosen, also where it is not offered: %s', (chosen, label) => {
    const view = formModal(form(['a', 'b'], chosen), origin, words);
    expect(view.blocks[0]).toMatchObject({
      block_id: 'type:a,b',
      dispatch_action: true,
      element: {
        action_id: 'field:type',
        initial_option: { text: { text: label }, value: chosen },
      },
    });
  });

  it('is read by the names of its fields, whatever kind they are', () => {
    const values = {
      a: {
        'field:type': { selected_option: { value: 'a100' } },
        'field:empty': { selected_option: null },
      },
      b: { reason: { value: 'text' }, none: { value: null } },
    };
    expect(chosenIn({ values })).toEqual({ type: 'a100', reason: 'text' });
  });

  it.each([
    ['  for\n the  demo ', 'for the demo'],
    ['-x “y”', '“-x "y"”'],
    ['a -b', 'a -b'],
    [null, ''],
  ])('whose answer is %j says %j', (value, reason) => {
    expect(reasonIn({ values: { reason: { reason: { value } } } })).toBe(reason);
  });

  it('with a question may be left empty, and takes 400 characters', () => {
    const view = reasonModal('Why?', 'Deny', origin);
    expect(problemsOfView('modal', view)).toEqual([]);
    expect(view).toMatchObject({
      callback_id: 'reason',
      submit: { text: 'Deny' },
      blocks: [
        { optional: true, label: { text: 'Why?' }, element: { max_length: 400, multiline: true } },
      ],
    });
  });
});
