import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Starts the browser that is installed here; `CHROMIUM` names another one. */
export function launchChromium(): Promise<Browser> {
  const paths = [process.env['CHROMIUM'], ...usualPaths].filter((path) => path !== undefined);
  const executablePath = paths.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error(
      'There is no Chromium for the browser tests. Install it (Debian: apt-get install chromium) ' +
        'or name one in CHROMIUM.',
    );
  // Chromium's own sandbox refuses to run as root, as it is in containers.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
