import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';

import { startDibsProcess } from '../support/dibs-process.ts';
import {
  answerTo,
  gone,
  has,
  onTrial,
  phone,
  picture,
  seen,
  type,
  wide,
} from '../support/trial.ts';

/** A team with next to no credits, and two who may grant some. */
const site = `
teams:
  - name: lab
    credits: 4
    people:
      - { name: alice, admin: true }
      - { name: dora, admin: true }
      - { name: bob }
      - { name: carol }
    approval: { quorumAbove: 500 }
`;
const openAs = onTrial(() => startDibsProcess({ files: { 'dibs.yaml': site } }));

test('bob, short of credits, asks for some; alice presses ✅, and his session becomes ready', async () => {
  const [bob, alice] = [await openAs('bob'), await openAs('alice')];
  await type(bob, 'start a100 2h');
  await seen(answerTo(bob, 'start').getByText(/16 credits short/));
  const number = await ask(bob, 'request 200 "ablation for the paper, due Friday"');
  const message = requestIn(alice, number);
  await seen(message.getByText('“ablation for the paper, due Friday”'));
  await seen(emoji(message, '✅, 1'));
  await seen(emoji(message, '❌, 1'));
  await pictures(alice, 'pending');

  await emoji(message, '✅, 1').click();
  await seen(message.getByText(/^Granted by alice, .+\. lab now has 204 credits\.$/));
  await seen(emoji(message, '✅, 1, pressed by you'));
  await gone(emoji(message, '❌, 1'));
  await gone(message.getByRole('button', { name: 'Approve' }));
  await seen(requestIn(bob, number).getByText(/^Granted by alice/));
  await seen(told(bob, `Request ${number}, 200 credits for lab: granted by alice`));
  expect(await told(alice, `Request ${number}, 200 credits`).count()).toBe(0);
  await pictures(alice, 'record');

  await type(bob, 'balance');
  await seen(answerTo(bob, 'balance').getByText('204 credits'));
  await type(bob, 'start a100 30m');
  await seen(bob.getByRole('link', { name: 'Open JupyterLab' }), 30_000);
});

test('carol’s ✅ grants nothing, and she alone is told so, once', async () => {
  const [bob, alice, carol] = [await openAs('bob'), await openAs('alice'), await openAs('carol')];
  const number = await ask(bob, 'request 20 "a baseline"');
  const message = requestIn(carol, number);
  await emoji(message, '✅, 1').click();
  const news = `Your reaction to request ${number} does not count: only approvers of lab decide`;
  await seen(told(carol, news));
  await emoji(message, '✅, 2, pressed by you').click();
  await emoji(message, '✅, 1').click();
  await seen(emoji(message, '✅, 2, pressed by you'));
  // What alice says comes after all of that, and the request is still hers to decide.
  await emoji(requestIn(alice, number), '✅, 2').click();
  await seen(message.getByText(/^Granted by alice/));
  expect(await told(carol, news).count()).toBe(1);
  for (const page of [bob, alice]) expect(await told(page, 'Your reaction').count()).toBe(0);
});

test('bob’s ✅ on his own request does not count', async () => {
  const bob = await openAs('bob');
  const number = await ask(bob, 'request 20 "for myself" --me');
  await emoji(requestIn(bob, number), '✅, 1').click();
  const news = `Your reaction to request ${number} does not count: nobody decides on a request of`;
  await seen(told(bob, news));
  await type(bob, `withdraw ${number}`);
  await seen(requestIn(bob, number).getByText(/^Withdrawn by bob/));
});

test('a reaction that is delivered twice grants once', async () => {
  const [bob, alice] = [await openAs('bob'), await openAs('alice')];
  const before = await creditsOf(bob);
  const number = await ask(bob, 'request 20 "once"');
  const bodies: string[] = [];
  await alice.route('**/console/reactions', async (route) => {
    bodies.push(route.request().postData() ?? '');
    await route.continue();
  });
  await emoji(requestIn(alice, number), '✅, 1').click();
  await seen(requestIn(bob, number).getByText(/^Granted by alice/));
  const [data = ''] = bodies;
  const url = new URL('/console/reactions', alice.url()).href;
  const headers = { 'content-type': 'application/json' };
  const again = { ...JSON.parse(data), requestKey: 'pressed-by-another-tab' };
  for (const body of [data, JSON.stringify(again)])
    expect((await alice.request.post(url, { headers, data: body })).status()).toBe(204);
  expect(await creditsOf(bob)).toBe(before + 20);
});

test('alice presses ❌, is asked why, and the record says it', async () => {
  const [bob, alice] = [await openAs('bob'), await openAs('alice')];
  const number = await ask(bob, 'request 30 "a longer run"');
  const record = requestIn(bob, number);
  await emoji(requestIn(alice, number), '❌, 1').click();
  await seen(record.getByText(/^Denied by alice, \d\d:\d\d\.$/));
  await seen(told(bob, `Request ${number}, 30 credits for lab: denied by alice`));

  const question = alice.getByRole('dialog', { name: 'Why? bob will read it.' });
  await told(alice, `You denied request ${number}`)
    .getByRole('button', { name: 'Say why' })
    .click();
  await seen(question.getByRole('textbox').and(alice.locator(':focus')));
  await alice.keyboard.type('the "big" cluster is full, --really');
  await picture(alice, 'credits-question-light');
  await alice.keyboard.press('Enter');
  await gone(question);
  await seen(record.getByText(/^Denied by alice, .+: “the 'big' cluster is full, --really”$/));
  const news = `Request ${number}, 30 credits for lab: denied by alice`;
  await has(() => told(bob, news).count(), 2);
});

test('the Deny button asks why first: Escape and Cancel call it off, an empty answer will do', async () => {
  const [bob, alice] = [await openAs('bob'), await openAs('alice', { colorScheme: 'dark' })];
  const number = await ask(bob, 'request 40 "another one"');
  const message = requestIn(alice, number);
  const deny = message.getByRole('button', { name: 'Deny' });
  const question = alice.getByRole('dialog');
  await deny.click();
  await picture(alice, 'credits-question-dark');
  await alice.keyboard.press('Escape');
  await gone(question);
  await deny.click();
  await question.getByRole('textbox').fill('never sent');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await gone(question);
  await deny.click();
  await has(() => question.getByRole('textbox').inputValue(), '');
  await question.getByRole('button', { name: 'Deny' }).click();
  await seen(requestIn(bob, number).getByText(/^Denied by alice, \d\d:\d\d\.$/));
  await has(
    () => alice.getByRole('article', { name: `alice typed /gpu deny ${number}` }).count(),
    1,
  );
});

test('above the quorum two approvers must agree, and what was taken back in time does not count', async () => {
  const [bob, alice, dora] = [await openAs('bob'), await openAs('alice'), await openAs('dora')];
  const number = await ask(bob, 'request 600 "the big one"');
  const [hers, message] = [requestIn(alice, number), requestIn(dora, number)];
  await seen(message.getByText(/^2 approvers must agree\. Open until /));
  await emoji(hers, '✅, 1').click();
  await seen(message.getByText(/alice did; 1 more to go\./));
  await emoji(hers, '✅, 2, pressed by you').click();
  await gone(message.getByText(/alice did/));
  await emoji(message, '✅, 1').click();
  await seen(hers.getByText(/dora did; 1 more to go\./));
  await message.getByRole('button', { name: 'Approve' }).click();
  await seen(answerTo(dora, `approve ${number}`).getByText(/counts: 1 of 2/));
  await emoji(hers, '✅, 2').click();
  await seen(message.getByText(/^Granted by dora and alice, /));
  await emoji(hers, '✅, 2, pressed by you').click();
  await seen(told(alice, `That changes nothing: request ${number} is approved already`));
  await seen(message.getByText(/^Granted by dora and alice, /));
});

/** Asks for credits there. Answers the request's number. */
async function ask(page: Page, command: string): Promise<number> {
  await type(page, command);
  const answer = answerTo(page, command).getByText(/^Request \d+: /);
  await seen(answer);
  const [, number] = /^Request (\d+)/.exec((await answer.textContent()) ?? '') ?? [];
  return Number(number);
}

/** The request's own message: first the question, then the record. */
function requestIn(page: Page, number: number): Locator {
  const states = ' · In progress$|: (approved|denied|withdrawn|expired)';
  return page.getByRole('article', { name: new RegExp(`^Request ${number}(${states})`) });
}

function emoji(message: Locator, name: string): Locator {
  return message
    .getByRole('group', { name: 'Reactions' })
    .getByRole('button', { name, exact: true });
}

/** What this person alone is told, that begins so. */
function told(page: Page, beginning: string): Locator {
  return page
    .getByRole('article', { name: new RegExp(`^${beginning}`) })
    .filter({ hasText: 'only visible to you' });
}

async function creditsOf(page: Page): Promise<number> {
  await type(page, 'balance');
  const available = answerTo(page, 'balance')
    .getByText(/^[\d.]+ credits$/)
    .first();
  await seen(available);
  return Number.parseFloat((await available.textContent()) ?? '');
}

/** In light and dark colours, and as wide as a phone. */
async function pictures(page: Page, name: string): Promise<void> {
  await picture(page, `credits-${name}-light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, `credits-${name}-dark`);
  await page.setViewportSize(phone);
  await picture(page, `credits-${name}-phone`);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
  await page.setViewportSize(wide);
  await page.emulateMedia({ colorScheme: 'light' });
}
