import { WebAPIHTTPError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { emojiOfName, nameOfEmoji } from '../../adapters/slack/emoji.ts';
import { innermost, toFault } from '../../adapters/slack/faults.ts';
import { beginning, shortened } from '../../adapters/slack/shortened.ts';
import { anAction, blocksOf, buttons } from '../support/slack-rendered.ts';

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
