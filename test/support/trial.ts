import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

import { launchChromium } from './chromium.ts';
import { type DibsProcess, startDibsProcess } from './dibs-process.ts';

export const wide = { width: 1280, height: 800 };
export const phone = { width: 360, height: 720 };

/** Opens the page as that person. */
type OpenAs = (person: string, options?: BrowserContextOptions) => Promise<Page>;

/**
 * A browser and a page's server, a Dibs process unless told otherwise, for the tests of one file.
 * What breaks in the page's scripts or against its policy fails the test in which it does.
 */
export function onTrial(
  start: () => Promise<Pick<DibsProcess, 'url' | 'stop'>> = startDibsProcess,
): OpenAs {
  let browser: Browser;
  let dibs: Pick<DibsProcess, 'url' | 'stop'>;
  const complaints: string[] = [];
  beforeAll(async () => {
    [browser, dibs] = await Promise.all([launchChromium(), start()]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), dibs?.stop()]);
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect(complaints.splice(0)).toEqual([]);
  });

  return async (person, options = {}) => {
    const context = await browser.newContext({ viewport: wide, colorScheme: 'light', ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (line) => {
      if (line.text().includes('Content Security Policy')) complaints.push(line.text());
    });
    await page.goto(`${dibs.url}/?as=${person}`);
    await page
      .getByLabel(/^Host /)
      .first()
      .waitFor({ state: 'attached' });
    return page;
  };
}

export async function type(page: Page, text: string): Promise<void> {
  await page.getByRole('combobox').fill(text);
  await page.keyboard.press('Enter');
}

export function answerTo(page: Page, text: string): Locator {
  return page.getByRole('article', { name: ` typed /gpu ${text}` }).last();
}

export function seen(what: Locator, timeout = 10_000): Promise<void> {
  return what.waitFor({ state: 'visible', timeout });
}

export function gone(what: Locator): Promise<void> {
  return what.waitFor({ state: 'hidden', timeout: 10_000 });
}

export async function has<Value>(
  read: () => Promise<Value>,
  wanted: Value | RegExp,
): Promise<void> {
  const matcher = wanted instanceof RegExp ? expect.stringMatching(wanted) : wanted;
  await expect.poll(read, { timeout: 10_000, interval: 50 }).toEqual(matcher);
}

/** Kept in test/pictures for whoever wants to look. */
export async function picture(
  page: Page,
  name: string,
  options: { fullPage?: boolean } = {},
): Promise<void> {
  const path = fileURLToPath(new URL(`../pictures/${name}.png`, import.meta.url));
  await page.screenshot({ ...options, path, animations: 'disabled' });
}
