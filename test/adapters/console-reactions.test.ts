import { describe, expect, test } from 'vitest';

import type { Message } from '../../core/message.ts';
import { aPost } from '../support/a-post.ts';
import { noCommands, startConsole } from '../support/console.ts';

const never = new AbortController().signal;
const toLab = { kind: 'channel', channel: 'lab' } as const;
const question: Message = {
  title: 'yes or no?',
  tone: 'progress',
  parts: [{ kind: 'reactions', emojis: ['✅', '❌'] }],
};
const record: Message = { title: 'it is yes', tone: 'good', parts: [] };
const ofDibs = { byDibs: true, people: [] };

test('the emoji that a message names stand under it, put there by Dibs', async () => {
  const { chat, open } = startConsole();
  await chat.post(aPost(toLab, question, 'm'), never);
  const { messages } = await (await open('bob')).next('conversation');
  expect(messages[0]?.reactions).toEqual([
    { emoji: '✅', ...ofDibs },
    { emoji: '❌', ...ofDibs },
  ]);
});

test('a press is shown to everybody at once and told with the reference of its message', async () => {
  const { chat, open, send, reactions } = startConsole();
  const ref = await chat.post(aPost(toLab, question, 'm'), never);
  const carol = await open('carol');
  const response = await send('reactions', pressOf({}));
  expect(response.status).toBe(204);
  expect((await carol.next('update')).reactions[0]).toEqual({
    emoji: '✅',
    byDibs: true,
    people: ['bob'],
  });
  const told = { platform: 'console', externalId: 'bob', standing: 'member', ref };
  expect(reactions).toEqual([
    { ...told, emoji: '✅', isAdded: true, requestKey: 'console:key-00001' },
  ]);
});

test('a press that is delivered twice is told twice under its key and shown once', async () => {
  const { chat, send, reactions, open } = startConsole();
  await chat.post(aPost(toLab, question, 'm'), never);
  await send('reactions', pressOf({}));
  await send('reactions', pressOf({}));
  expect(await emojisSeen(open)).toEqual([['✅', ['bob']]]);
  expect(reactions.map(({ requestKey }) => requestKey)).toEqual([
    'console:key-00001',
    'console:key-00001',
  ]);
});

test('what is taken away is gone for its person alone', async () => {
  const { chat, send, reactions, open } = startConsole();
  await chat.post(aPost(toLab, question, 'm'), never);
  await send('reactions', pressOf({ person: 'alice' }));
  await send('reactions', pressOf({}));
  await send('reactions', pressOf({ isAdded: false, requestKey: 'key-00002' }));
  expect(await emojisSeen(open)).toEqual([['✅', ['alice']]]);
  expect(reactions.at(-1)).toMatchObject({ externalId: 'bob', isAdded: false });
});

test('after an update stands what it names and what people pressed, until they take it away', async () => {
  const { chat, send, open } = startConsole();
  const ref = await chat.post(aPost(toLab, question, 'm'), never);
  await send('reactions', pressOf({}));
  await chat.update(ref, record, never);
  const bob = await open('bob');
  const { messages } = await bob.next('conversation');
  expect(messages[0]?.reactions).toEqual([{ emoji: '✅', byDibs: false, people: ['bob'] }]);
  await send('reactions', pressOf({ isAdded: false }));
  expect((await bob.next('update')).reactions).toEqual([]);
});

test('a new process knows only what Dibs itself put there', async () => {
  const before = startConsole();
  const ref = await before.chat.post(aPost(toLab, question, 'm'), never);
  await before.send('reactions', pressOf({}));
  const { chat, send, open } = startConsole();
  await chat.update(ref, question, never);
  expect(await emojisSeen(open)).toEqual([]);
  const response = await send('reactions', pressOf({ isAdded: false }));
  expect(response.status).toBe(409);
  expect(await response.json()).toEqual({
    error: 'Your reaction is not there any more. Press it to react.',
  });
});

describe('a reaction that cannot be told', () => {
  const lines: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (line: string) => void lines.push(line) };

  test.each([true, false])('is undone, and its person told: isAdded %s', async (isAdded) => {
    let isBroken = false;
    const react = async () => {
      if (isBroken) throw new Error('boom');
      return 'taken' as const;
    };
    const commands = { ...noCommands, react };
    const { chat, send, open } = startConsole({ commands, log });
    const ref = await chat.post(aPost(toLab, question, 'm'), never);
    if (!isAdded) await send('reactions', pressOf({}));
    // Its last one: taken away, nothing is left of the emoji that must come back.
    if (!isAdded) await chat.update(ref, record, never);
    const before = await emojisSeen(open);
    isBroken = true;
    const response = await send('reactions', pressOf({ isAdded }));
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      error: 'Something went wrong on our side. Press it again.',
    });
    expect(await emojisSeen(open)).toEqual(before);
    expect(lines.splice(0)).toEqual(['console reaction failed']);
  });
});

test.each([
  ['somebody whom nobody knows', { person: 'mallory' }, 404],
  ['a message that is not there', { message: 'other' }, 404],
  ['a message that alice alone sees', { message: 'private' }, 404],
  ['an emoji that does not stand there', { emoji: '🎉' }, 409],
  ['what was not there to be taken away', { isAdded: false }, 409],
  ['neither on nor off', { isAdded: 'yes' }, 400],
  ['a request key too short to be one', { requestKey: 'short' }, 400],
])('%s is refused with a sentence and told to nobody', async (_what, change, status) => {
  const { chat, send, reactions, open } = startConsole();
  await chat.post(aPost(toLab, question, 'm'), never);
  await chat.post(aPost({ kind: 'person', externalId: 'alice' }, question, 'private'), never);
  const response = await send('reactions', { ...pressOf({}), ...change });
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: expect.stringMatching(/^[A-Z].*\.$/) });
  expect(reactions).toEqual([]);
  expect(await emojisSeen(open)).toEqual([]);
});

function pressOf(change: { person?: string; isAdded?: boolean; requestKey?: string }) {
  const press = { person: 'bob', message: 'm', emoji: '✅', isAdded: true };
  return { ...press, requestKey: 'key-00001', ...change };
}

/** Which emoji of the first message people pressed, and who. */
async function emojisSeen(open: ReturnType<typeof startConsole>['open']) {
  const reader = await open('carol');
  const { messages } = await reader.next('conversation');
  await reader.close();
  return messages[0]?.reactions
    .filter(({ people }) => people.length > 0)
    .map(({ emoji, people }) => [emoji, people]);
}
