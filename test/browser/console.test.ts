import { expect, test } from 'vitest';

import { answerTo, gone, has, onTrial, phone, picture, seen, type } from '../support/trial.ts';

const openAs = onTrial();

test('a newcomer is shown three lines, and pressing one runs it', async () => {
  // The first test of the file: nobody has spoken yet.
  const page = await openAs('carol');
  await seen(page.getByRole('heading', { name: 'Call dibs on a GPU.' }));
  await seen(page.getByRole('button', { name: '/gpu start a100-80gb 30m' }));
  await page.getByRole('button', { name: '/gpu list' }).click();
  await seen(answerTo(page, 'list').getByRole('table'));
});

test('bob starts a session, sees it become ready, extends it, stops it and gets a receipt', async () => {
  const page = await openAs('bob');
  const message = page.getByRole('article', { name: /\(simulated\)/ }).first();
  await type(page, 'start a100 30m');
  await seen(message.getByRole('progressbar'));
  await seen(page.getByRole('link', { name: 'Open JupyterLab' }), 30_000);
  const device = page.getByLabel(/^GPU 0, a100-80gb: in use, bob/);
  // Two seconds of use at least, so that there is something to charge.
  await seen(device.getByText(/^29:5[0-7] left$/));
  await type(page, 'status');
  await seen(answerTo(page, 'status').getByRole('columnheader', { name: 'Memory' }));
  await picture(page, 'console-light');
  await page.getByRole('button', { name: 'Use dark colours' }).click();
  await picture(page, 'console-dark');

  await type(page, 'list');
  await seen(answerTo(page, 'list').getByRole('table'));
  await message.getByRole('button', { name: /^Extend \+1 h/ }).click();
  await seen(page.getByRole('log').getByText(/has 1h more until/));

  const question = page.getByRole('dialog');
  await message.getByRole('button', { name: 'Stop' }).click();
  await seen(question);
  await page.keyboard.press('Escape');
  await gone(question);
  await seen(device);
  await message.getByRole('button', { name: 'Stop' }).click();
  await question.getByRole('button', { name: 'Stop' }).click();
  await seen(message.getByText(/^Ended: /), 20_000);
  await seen(message.getByText(/ from lab: 1 × .+ ticks/));
  await seen(page.getByRole('button', { name: /^GPU 0, a100-80gb: free/ }), 20_000);
  await gone(message.getByRole('button', { name: 'Stop' }));
});

test('what alice is told, carol never sees', async () => {
  const [alice, carol] = [await openAs('alice'), await openAs('carol')];
  await type(alice, 'start rtx4090 30m');
  const link = alice.getByRole('link', { name: 'Open JupyterLab' });
  await seen(link, 30_000);
  const name = (await link.getAttribute('href'))?.split('/').find((part) => part.includes('-'));
  await seen(carol.getByRole('article', { name: `${name} (simulated)` }));
  expect(await carol.getByRole('link', { name: 'Open JupyterLab' }).count()).toBe(0);
  expect(await carol.content()).not.toContain('token=');

  await carol.getByRole('radio', { name: 'alice' }).check({ force: true });
  await seen(carol.getByRole('link', { name: 'Open JupyterLab' }));
  await carol.getByRole('radio', { name: 'carol' }).check({ force: true });
  await gone(carol.getByRole('link', { name: 'Open JupyterLab' }));
  await type(alice, `stop ${name}`);
  await seen(alice.getByRole('button', { name: /^GPU 0, rtx4090: free/ }), 20_000);
});

test('the keyboard alone suffices: focus, completion, history', async () => {
  const page = await openAs('carol');
  const line = page.getByRole('combobox');
  await seen(line.and(page.locator(':focus')));

  await page.keyboard.type('bal');
  await seen(page.getByRole('option', { name: /^balance/ }));
  await page.keyboard.press('Tab');
  await has(() => line.inputValue(), 'balance ');
  await page.keyboard.press('Enter');
  await seen(answerTo(page, 'balance').getByRole('article'));

  await page.keyboard.type('st');
  await seen(page.getByRole('listbox'));
  await page.keyboard.press('ArrowDown');
  await has(() => page.getByRole('option', { selected: true }).textContent(), /^stop/);
  await page.keyboard.press('Escape');
  await gone(page.getByRole('listbox'));
  await page.keyboard.press('ArrowUp');
  await has(() => line.inputValue(), 'balance');
  await page.keyboard.press('ArrowDown');
  await has(() => line.inputValue(), 'st');

  await page.getByRole('log').focus();
  await page.keyboard.press('/');
  await seen(line.and(page.locator(':focus')));
  await has(() => line.inputValue(), 'st');
});

test('a line that does not get through is kept, and sent again as the same request', async () => {
  const page = await openAs('carol');
  const keys: string[] = [];
  await page.route('**/console/commands', async (route) => {
    keys.push(route.request().postDataJSON().requestKey);
    if (keys.length === 1) await route.abort();
    else await route.continue();
  });
  await type(page, 'help');
  await seen(page.getByRole('log').getByText('Dibs cannot be reached. Press Enter to try again.'));
  await has(() => page.getByRole('combobox').inputValue(), 'help');
  await page.keyboard.press('Enter');
  await seen(answerTo(page, 'help').getByText('/gpu list'));
  expect(await page.getByRole('article', { name: 'carol typed /gpu help' }).count()).toBe(1);
  expect(keys[1]).toBe(keys[0]);
});

test('on a phone the board is one tap away, and a free GPU writes the line', async () => {
  const page = await openAs('carol', { viewport: phone, hasTouch: true });
  await type(page, 'list');
  await seen(answerTo(page, 'list').getByRole('table'));
  await picture(page, 'console-phone');
  await page.getByRole('button', { name: /^Board/ }).tap();
  await page.getByRole('button', { name: /^GPU 1, rtx4090: free/ }).tap();
  await has(() => page.getByRole('combobox').inputValue(), 'start rtx4090 2h');
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
});

test('the chosen colours stay after a reload', async () => {
  const page = await openAs('carol', { colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Use light colours' }).click();
  await page.reload();
  await seen(page.getByRole('button', { name: 'Use dark colours' }));
});
