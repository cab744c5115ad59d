import { html, raw } from 'hono/html';

import { pageStyle } from './page-style.ts';
import type { Said } from './said.ts';

/** `nonce`: new for each page; only what carries it is run and applied. */
export async function renderPage(said: Said, nonce: string): Promise<string> {
  const { title, text, type, at, retrySeconds, button } = said;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${retrySeconds === null ? '' : html`<meta http-equiv="refresh" content="${retrySeconds}">`}
<title>${title} · Dibs</title>
<style nonce="${nonce}">${raw(pageStyle)}</style>
</head>
<body>
<main>
<p class="brand">${raw(mark)}Dibs</p>
<h1>${title}</h1>
${at === null ? '' : html`<p class="when">${timeOf(at)}</p>`}
${text.map((sentence) => html`<p>${sentence}</p>`)}
${type === null ? '' : html`<pre><code>${type}</code></pre>`}
${button === null ? '' : formOf(button)}
</main>
<script nonce="${nonce}">${raw(button?.path === null ? openOnce : showTimes)}</script>
</body>
</html>
`;
  return String(await page);
}

function formOf({ words, path }: NonNullable<Said['button']>) {
  const action = path === null ? '' : html` action="${path}"`;
  return html`<form method="post"${action}><button>${words}</button></form>`;
}

export function policyFor(nonce: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

function timeOf(at: Date) {
  const iso = at.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}

const mark = `<svg viewBox="0 0 24 24" aria-hidden="true">
<g fill="none" stroke="currentColor" stroke-width="2">
<rect x="2" y="2" width="8.5" height="8.5" rx="2"/><rect x="2" y="13.5" width="8.5" height="8.5" rx="2"/>
<rect x="13.5" y="13.5" width="8.5" height="8.5" rx="2"/></g>
<rect class="claimed" x="12.5" y="1" width="10.5" height="10.5" rx="3"/></svg>`;

const showTimes = `
const format = new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'short' });
for (const time of document.querySelectorAll('time'))
  time.textContent = format.format(new Date(time.dateTime));
`;

/** A page that nobody looks at, as what prefetches and previews make of it, uses no link up. */
const openOnce = `
const form = document.forms[0];
form.addEventListener('submit', () => { form.querySelector('button').disabled = true; });
let sent = false;
function open() {
  if (sent || document.prerendering || document.visibilityState !== 'visible') return;
  sent = true;
  form.requestSubmit();
}
document.addEventListener('visibilitychange', open);
document.addEventListener('prerenderingchange', open);
open();
`;
