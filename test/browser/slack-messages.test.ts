import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderMessage, renderView } from '../../adapters/slack/render.ts';
import type { Message } from '../../core/message.ts';
import { blockKitPage } from '../support/block-kit-page.ts';
import { launchChromium } from '../support/chromium.ts';
import { creditMessages } from '../support/messages/credits.ts';
import { extremeMessages } from '../support/messages/extremes.ts';
import { homeViews } from '../support/messages/home.ts';
import { overviewMessages } from '../support/messages/overviews.ts';
import { sessionMessages } from '../support/messages/sessions.ts';
import { slackNames } from '../support/slack-rendered.ts';
import { phone, picture } from '../support/trial.ts';
import { noon } from '../support/world.ts';

const message = (shown: Message) => renderMessage(shown, { names: slackNames, now: noon }).blocks;
const view = (shown: Message) => renderView(shown, { names: slackNames }).blocks;
const groups = [
  { group: 'sessions', shown: sessionMessages, render: message },
  { group: 'credits', shown: creditMessages, render: message },
  { group: 'overviews', shown: overviewMessages, render: message },
  { group: 'extremes', shown: extremeMessages, render: message },
  { group: 'home', shown: homeViews, render: view },
];
const screens = [
  { screen: 'desktop', viewport: { width: 760, height: 400 }, colorScheme: 'light' },
  { screen: 'dark', viewport: { width: 760, height: 400 }, colorScheme: 'dark' },
  { screen: 'phone', viewport: phone, colorScheme: 'light' },
] as const;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

describe.each(groups)('what Slack shows of $group', ({ group, shown, render }) => {
  it.each(screens)(
    'stays within its column: $screen',
    async ({ screen, viewport, colorScheme }) => {
      const page = await browser.newPage({ viewport, colorScheme });
      const messages = Object.entries(shown).map(([name, one]) => ({ name, blocks: render(one) }));
      await page.setContent(blockKitPage(messages, noon));
      await picture(page, `slack-${group}-${screen}`, { fullPage: true });
      const overflowing = await page
        .locator('article .block, article .block *')
        .evaluateAll((all) =>
          all.flatMap((element) => {
            const column = element.closest('.message')?.getBoundingClientRect();
            const { left, right } = element.getBoundingClientRect();
            const isWithin = column && left >= column.left - 1 && right <= column.right + 1;
            return isWithin ? [] : [element.textContent];
          }),
        );
      expect(await page.locator('article .block').count()).toBeGreaterThan(messages.length);
      expect(overflowing).toEqual([]);
      await page.close();
    },
  );
});

it('formats nothing that people wrote', async () => {
  const page = await browser.newPage();
  const blocks = message(extremeMessages['request-hostile'] as Message);
  await page.setContent(blockKitPage([{ name: 'hostile', blocks }], noon));
  const sections = page.locator('.section');
  expect(await sections.locator('em, s, code, pre, a, blockquote').count()).toBe(0);
  expect(await sections.locator('strong').allTextContents()).toEqual(['200 credits']);
  expect(await sections.nth(0).textContent()).toContain('<!channel>');
});
