import { WebAPIHTTPError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { emojiOfName, nameOfEmoji } from '../../adapters/slack/emoji.ts';
import { innermost, toFault } from '../../adapters/slack/faults.ts';
import {
  chosenIn,
  formModal,
  originOf,
  reasonIn,
  reasonModal,
} from '../../adapters/slack/modals.ts';
import { namesIn } from '../../adapters/slack/names.ts';
import { standingOf } from '../../adapters/slack/people.ts';
import { beginning, shortened } from '../../adapters/slack/shortened.ts';
import type { Message } from '../../core/message.ts';
import { problemsOfView } from '../support/slack/blocks.ts';
import { anAction, blocksOf, buttons } from '../support/slack-rendered.ts';
import { noon } from '../support/world.ts';

const origin = { channel: 'CLAB', reply: null, command: 'deny 1' };
const words = { names: () => null, now: noon };

describe('who is mentioned', () => {
  it('is asked for once, wherever it stands, and nobody else is', async () => {
    const asked: string[] = [];
    const bob = { kind: 'mention', personId: 'bob', name: 'bob' } as const;
    const zoe = { kind: 'mention', personId: 'zoe', name: 'zoe' } as const;
    const message: Message = {
      title: 'x',
      tone: 'neutral',
      parts: [
        { kind: 'text', text: ['by ', bob, { kind: 'strong', text: 'x' }] },
        { kind: 'fields', fields: [{ name: 'By', value: [bob, zoe] }] },
        { kind: 'code', text: 'x' },
      ],
    };
    const names = await namesIn(message, async (id) => {
      asked.push(id);
      return id === 'bob' ? 'UBOB' : null;
    });
    expect(asked.sort()).toEqual(['bob', 'zoe']);
    expect([names('bob'), names('zoe'), names('carol')]).toEqual(['UBOB', null, null]);
  });
});

describe('words that are too long', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['a bcd', 3, 'a…'],
    ['👩‍🔬b', 5, '…'],
    ['a\ud83d', 2, 'a\ufffd'],
  ])('%j within %i is %j', (text, most, short) => {
    expect(shortened(text, most)).toBe(short);
  });

  it('are cut before a whole character', () => {
    expect(beginning('👩‍🔬b', 6)).toBe('👩‍🔬b');
    expect(beginning('👩‍🔬bc', 5)).toBe('👩‍🔬');
    expect(beginning('👩‍🔬bc', 4)).toBe('');
    expect(beginning('abc', -1)).toBe('');
  });
});

describe('an emoji', () => {
  it('has one name, and is found by any, with skin or without', () => {
    expect(nameOfEmoji('✔️')).toBe(nameOfEmoji('✔'));
    expect(nameOfEmoji('odd')).toBeNull();
    expect(emojiOfName('+1::skin-tone-3')).toBe(emojiOfName('+1'));
    expect(emojiOfName('party-parrot')).toBeNull();
    expect(emojiOfName('')).toBeNull();
  });
});

describe('what somebody is', () => {
  const full = { team_id: 'T1' };
  it.each([
    [full, 'member'],
    [{}, 'member'],
    [{ ...full, is_bot: true }, 'bot'],
    [{ ...full, is_restricted: true }, 'guest'],
    [{ ...full, is_ultra_restricted: true }, 'guest'],
    [{ ...full, deleted: true }, 'guest'],
    [{ ...full, is_stranger: true }, 'guest'],
    [{ team_id: 'T2' }, 'guest'],
    [{ team_id: 'T2', enterprise_user: { teams: ['T3', 'T1'] } }, 'member'],
    [{ team_id: 'T2', enterprise_user: {} }, 'guest'],
  ])('%j is a %s', (user, standing) => {
    expect(standingOf(user, 'T1')).toBe(standing);
  });
});

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

describe('a button', () => {
  const blockOf = (length: number, asks: string | null) => {
    const bare = JSON.stringify({ command: '', asks: null, settles: false }).length;
    const action = anAction({ command: 'x'.repeat(length - bare), asks });
    return blocksOf(buttons(action))[0]?.type;
  };

  it('carries 2,000 characters, and no more', () => {
    expect(blockOf(2000, null)).toBe('actions');
    expect(blockOf(2001, null)).toBe('section');
  });
});

describe('what Slack answers', () => {
  it.each([
    [404, 'chat_refused'],
    [499, 'chat_refused'],
    [500, 'chat_unreachable'],
  ])('with HTTP %i is %s', (statusCode, code) => {
    expect(toFault(new WebAPIHTTPError(statusCode, '', {})).code).toBe(code);
  });

  it('is what lies at the bottom of the libraries’ errors', () => {
    const deep = new Error('outer', { cause: new Error('inner', { cause: 'text' }) });
    expect(innermost(deep)).toBe('text');
    expect(innermost(new Error('alone'))).toBe('alone');
  });
});
