import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { closeAfterEach, stageProxy } from '../support/proxy/stage.ts';
import { phone, picture, seen, wide } from '../support/trial.ts';

closeAfterEach();
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const looks = {
  light: { viewport: wide, colorScheme: 'light' },
  dark: { viewport: wide, colorScheme: 'dark' },
  phone: { viewport: phone, colorScheme: 'light' },
} satisfies Record<string, BrowserContextOptions>;

/** A port that was free just now: the public address must be known before. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function stageBrowser() {
  const port = await freePort();
  const publicUrl = new URL(`http://127.0.0.1:${port}`);
  const stage = await stageProxy({ publicUrl, port });
  const open = async (options: BrowserContextOptions): Promise<Page> => {
    const page = await (await browser.newContext(options)).newPage();
    page.on('console', (line) => {
      if (line.text().includes('Content Security Policy')) throw new Error(line.text());
    });
    return page;
  };
  return { ...stage, open, at: (path: string) => `${publicUrl.origin}${path}` };
}

it('a link opened in a browser leads to JupyterLab, once', async () => {
  const { proxy, route, open, at } = await stageBrowser();
  const link = await proxy.access.linkTo(route);
  const page = await open(looks.light);
  await page.goto(link);
  await page.waitForURL(at('/s/brave-otter/lab'));
  await seen(page.getByText('You asked for /s/brave-otter/lab'));
  await page.goto(link);
  await page.waitForURL(at('/s/brave-otter/lab'));
  const other = await open(looks.light);
  await other.goto(link);
  await seen(other.getByRole('heading', { name: 'This link has been used' }));
});

it('a browser that is in one session follows a link of another person after leaving it', async () => {
  const { proxy, route, open, at, openSession } = await stageBrowser();
  const heron = await openSession('calm-heron', 'carol');
  const page = await open(looks.phone);
  await page.goto(await proxy.access.linkTo(route));
  await page.waitForURL(at('/s/brave-otter/lab'));
  await page.evaluate("localStorage.setItem('left', 'behind')");
  const link = await proxy.access.linkTo(heron.route);
  await page.goto(link);
  await seen(page.getByRole('heading', { name: 'belongs to another person' }));
  await picture(page, 'proxy-others-phone');
  await page.getByRole('button', { name: 'Leave the other sessions' }).click();
  await seen(page.getByRole('heading', { name: 'calm-heron is opened from chat' }));
  expect(await page.evaluate('localStorage.length')).toBe(0);
  await page.goto(link);
  await page.waitForURL(at('/s/calm-heron/lab'));
  await page.goto(at('/s/brave-otter/lab'));
  await seen(page.getByRole('heading', { name: 'belongs to another person' }));
});

it('without scripts the button opens it', async () => {
  const { proxy, route, open, at } = await stageBrowser();
  const page = await open({ ...looks.phone, javaScriptEnabled: false });
  await page.goto(await proxy.access.linkTo(route));
  await picture(page, 'proxy-opening-phone');
  await page.getByRole('button', { name: 'Open brave-otter' }).click();
  await page.waitForURL(at('/s/brave-otter/lab'));
});

it.each(Object.entries(looks))('its pages in %s', async (name, look) => {
  const { proxy, route, open, at, record, jupyter, clock } = await stageBrowser();
  const page = await open({ ...look, timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  const show = async (path: string, heading: string) => {
    await page.goto(path);
    await seen(page.getByRole('heading', { name: heading }));
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(look.viewport.width);
  };
  await show(at('/'), 'GPU sessions open here');
  await picture(page, `proxy-front-${name}`);
  await show(at('/s/brave-otter/lab'), 'brave-otter is opened from chat');
  await picture(page, `proxy-stranger-${name}`);
  await page.goto(await proxy.access.linkTo(route));
  await page.waitForURL(at('/s/brave-otter/lab'));
  await jupyter.die();
  await show(at('/s/brave-otter/lab'), 'brave-otter does not answer');
  await picture(page, `proxy-silent-${name}`);
  record.end('brave-otter');
  clock.jump(2);
  await show(at('/s/brave-otter/lab'), 'brave-otter has ended');
  await seen(page.getByText('4 May 2026, 12:00'));
  await picture(page, `proxy-ended-${name}`);
});
