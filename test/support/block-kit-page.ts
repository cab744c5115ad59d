import type { KnownBlock, MrkdwnElement, PlainTextElement } from '@slack/types';
import { style } from './block-kit-style.ts';
import { htmlOfMrkdwn } from './mrkdwn-html.ts';
import { linesOf } from './slack-rendered.ts';

/** Messages below each other as Slack shows them, near enough to see what is wrong with one. */
export function blockKitPage(
  messages: readonly { name: string; blocks: readonly KnownBlock[] }[],
  now: Date,
): string {
  const articles = messages.map(
    ({ name, blocks }) => `<article data-name="${name}"><div class="avatar">D</div>
      <div class="message"><div class="from"><b>Dibs</b><i>APP</i> <time>12:00</time></div>
      ${blocks.map((block) => htmlOf(block, now)).join('\n')}</div></article>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Dibs in Slack</title>
    <style>${style}</style><body><main>${articles.join('\n')}</main></body></html>`;
}

function htmlOf(block: KnownBlock, now: Date): string {
  const text = (shown: TextObject) =>
    shown.type === 'mrkdwn' ? htmlOfMrkdwn(shown.text, now) : htmlOfPlain(shown.text);
  switch (block.type) {
    case 'header':
      return `<h3 class="block">${text(block.text)}</h3>`;
    case 'section': {
      const fields = (block.fields ?? []).map((field) => `<div>${text(field)}</div>`).join('');
      const words = block.text ? `<div class="block section">${text(block.text)}</div>` : '';
      return words + (fields === '' ? '' : `<div class="block fields">${fields}</div>`);
    }
    case 'context': {
      const elements = block.elements.map((element) => ('text' in element ? text(element) : ''));
      return `<div class="block context">${elements.join(' ')}</div>`;
    }
    case 'rich_text':
      return `<pre class="block">${escaped(linesOf([block]).join('\n'))}</pre>`;
    case 'actions': {
      const buttons = block.elements.map((element) =>
        element.type === 'button'
          ? `<button class="${element.style ?? 'plain'}">${text(element.text)}</button>`
          : '',
      );
      return `<div class="block actions">${buttons.join('')}</div>`;
    }
    default:
      throw new Error(`${block.type} cannot be drawn yet.`);
  }
}

type TextObject = PlainTextElement | MrkdwnElement;

const escaped = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const htmlOfPlain = (text: string) => escaped(text).replace(/\n/g, '<br>');
