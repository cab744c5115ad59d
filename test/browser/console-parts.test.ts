import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

import { listen } from '../../adapters/web/server.ts';
import type { Invocation, Reply } from '../../core/invocation.ts';
import type { Message } from '../../core/message.ts';
import type { Board } from '../../core/view.ts';
import { aPost } from '../support/a-post.ts';
import { noCommands, startConsole } from '../support/console.ts';
import { quietLog } from '../support/site.ts';
import { answerTo, gone, has, onTrial, phone, picture, seen, type } from '../support/trial.ts';

/** A statement with its figures attached, and a question with another question behind it. */
const statement: Message = {
  title: 'History of lab, March 2026',
  tone: 'neutral',
  parts: [
    { kind: 'text', text: ['4 movements, 204 credits at the end.'] },
    {
      kind: 'file',
      name: 'lab-2026-03.csv',
      mediaType: 'text/csv',
      text: 'what,by\r\ngrant,Zoë\r\n',
    },
    {
      kind: 'actions',
      actions: [
        {
          label: 'Deny',
          command: 'deny 1',
          style: 'danger',
          confirm: 'Really?',
          asks: 'Why?',
          settles: false,
        },
      ],
    },
  ],
};
const question: Message = {
  title: 'Request 1',
  tone: 'progress',
  parts: [{ kind: 'reactions', emojis: ['✅', '❌'] }],
};
const board: Board = {
  hosts: [
    {
      name: 'gpu-1',
      state: 'ready',
      simulated: true,
      engine: null,
      driver: null,
      cuda: null,
      seenAt: null,
      fault: null,
      devices: [],
    },
  ],
  queue: [],
};

const never = new AbortController().signal;
const given: Invocation[] = [];
let isBroken = false;

const openAs = onTrial(async () => {
  const { app, chat } = startConsole({
    board: async () => board,
    commands: {
      ...noCommands,
      async handle(invocation): Promise<Reply> {
        given.push(invocation);
        return { ok: true, message: statement, text: '', refusal: null, session: null };
      },
      async react() {
        if (isBroken) throw new Error('boom');
        return 'taken';
      },
    },
  });
  await chat.post(aPost({ kind: 'channel', channel: 'lab' }, question, 'request:1'), never);
  const server = await listen(app, { port: 0, bind: '127.0.0.1' }, quietLog);
  return { url: `http://localhost:${server.port}`, stop: () => server.close() };
});

test('an attached file is saved under its name, as often as it is wanted', async () => {
  const page = await openAs('bob');
  await type(page, 'history');
  const link = answerTo(page, 'history').getByRole('link', {
    name: 'Save lab-2026-03.csv, 21 bytes',
  });
  for (const way of ['click', 'keyboard']) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      way === 'click' ? link.click() : link.press('Enter'),
    ]);
    expect(download.suggestedFilename()).toBe('lab-2026-03.csv');
    expect(await readFile(await download.path(), 'utf8')).toBe('what,by\r\ngrant,Zoë\r\n');
  }
  await picture(page, 'console-file-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(phone);
  await picture(page, 'console-file-phone');
});

test('an action may first ask whether, and then why', async () => {
  const page = await openAs('bob');
  await type(page, 'history');
  await answerTo(page, 'history').getByRole('button', { name: 'Deny' }).click();
  const before = given.length;
  await page.getByRole('dialog', { name: 'Really?' }).getByRole('button', { name: 'Deny' }).click();
  const why = page.getByRole('dialog', { name: 'Why?' });
  await why.getByRole('textbox').fill('  the “big” run is --full ');
  await why.getByRole('button', { name: 'Deny' }).click();
  await has(async () => given.at(-1)?.text, `deny 1 "the 'big' run is --full"`);
  expect(given).toHaveLength(before + 1);
});

test('a reaction is pressed and taken away by the keyboard, and keeps the focus', async () => {
  const [page, other] = [await openAs('bob'), await openAs('carol')];
  const reactions = page.getByRole('group', { name: 'Reactions' });
  await reactions.getByRole('button', { name: '✅, 1' }).focus();
  await page.keyboard.press('Enter');
  const pressed = reactions.getByRole('button', { name: '✅, 2, pressed by you', pressed: true });
  await seen(pressed.and(page.locator(':focus')));
  await has(() => pressed.getAttribute('title'), 'Dibs and bob');
  await seen(other.getByRole('button', { name: '✅, 2', exact: true, pressed: false }));
  await page.keyboard.press('Space');
  await seen(reactions.getByRole('button', { name: '✅, 1', exact: true, pressed: false }));
  await seen(other.getByRole('button', { name: '✅, 1', exact: true }));
});

test('a reaction that did not get through is not shown, and its person is told', async () => {
  const [page, other] = [await openAs('bob'), await openAs('carol')];
  const message = page.getByRole('article', { name: 'Request 1' });
  const sentence = message.getByText('Something went wrong on our side. Press it again.');
  isBroken = true;
  await message.getByRole('button', { name: '❌, 1' }).click();
  await seen(sentence);
  await seen(message.getByRole('button', { name: '❌, 1', pressed: false }));
  await picture(page, 'console-failed-reaction-light');
  isBroken = false;
  await message.getByRole('button', { name: '❌, 1' }).click();
  await seen(message.getByRole('button', { name: '❌, 2, pressed by you', pressed: true }));
  await gone(sentence);
  await seen(other.getByRole('button', { name: '❌, 2', exact: true }));
  expect(await other.getByText('Something went wrong').count()).toBe(0);
});
