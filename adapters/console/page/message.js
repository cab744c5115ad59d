import { icon, make } from './dom.js';
import { fileElement } from './file.js';
import { plainText, textNodes } from './text.js';

/**
 * A message as an article. `frame` says who reads it, what stands beside the title and under it
 * all, and what a pressed button does: { reader, aside, below, onAction(action) }.
 */
export function messageElement(message, frame) {
  const tone = tones[message.tone] ?? tones.neutral;
  const elements = message.parts.map((part) => partElement[part.kind](part, frame));
  const lead = message.title === null ? elements.shift() : make('h3', {}, message.title);
  return make(
    'article',
    { class: 'message', 'data-tone': message.tone, 'aria-label': headline(message) },
    make('span', { class: 'tone' }, icon(tone.icon, tone.word)),
    make(
      'div',
      { class: 'body' },
      make('header', {}, lead ?? null, make('span', { class: 'aside' }, ...frame.aside)),
      ...elements,
    ),
    ...frame.below,
  );
}

/** A message in a few words: what a screen reader announces. */
export function headline({ title, tone, parts }) {
  const first = parts.find((part) => part.kind === 'text');
  const lead = title ?? (first ? plainText(first.text) : '');
  return tone === 'neutral' ? lead : `${lead} · ${tones[tone].word}`;
}

const tones = {
  neutral: { icon: 'neutral', word: 'Note' },
  progress: { icon: 'progress', word: 'In progress' },
  good: { icon: 'good', word: 'All well' },
  warning: { icon: 'warning', word: 'Look here' },
  bad: { icon: 'bad', word: 'Did not work' },
};

const partElement = {
  text: ({ text }, { reader }) => make('p', {}, ...textNodes(text, reader)),
  heading: ({ text }) => make('h4', {}, text),
  fields: fieldsElement,
  table: tableElement,
  code: ({ text }) => make('pre', { tabindex: 0 }, make('code', {}, text)),
  progress: progressElement,
  file: fileElement,
  // They stand under the message, with what people made of them.
  reactions: () => null,
  actions: ({ actions }, { onAction }) =>
    make('div', { class: 'actions' }, ...actions.map((action) => buttonElement(action, onAction))),
};

/** Short values stand side by side; where one is a sentence, each field has a line of its own. */
function fieldsElement({ fields }, { reader }) {
  const isList = fields.some(({ value }) => plainText(value).length > longestBesideOthers);
  const elements = fields.map(({ name, value }) =>
    make('div', {}, make('dt', {}, name), make('dd', {}, ...textNodes(value, reader))),
  );
  return make('dl', { 'data-form': isList ? 'list' : 'row' }, ...elements);
}

const longestBesideOthers = 40;

function tableElement({ columns, rows }) {
  const head = columns.map(({ name, align }) =>
    make('th', { scope: 'col', 'data-align': align }, name),
  );
  const lines = rows.map((row) =>
    make(
      'tr',
      {},
      ...row.map((cell, at) => make('td', { 'data-align': columns[at]?.align }, cell)),
    ),
  );
  return make(
    'div',
    { class: 'table', tabindex: 0, role: 'group', 'aria-label': 'Table' },
    make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...lines)),
  );
}

function progressElement({ label, fraction }) {
  const percent = fraction === null ? null : Math.round(fraction * 100);
  const bar = make('progress', { max: 100, value: percent, 'aria-label': label });
  const figure = percent === null ? '' : `${percent} %`;
  return make(
    'div',
    { class: 'progress' },
    make('span', {}, label),
    make('span', { class: 'figure' }, figure),
    bar,
  );
}

function buttonElement(action, onAction) {
  const attributes = {
    type: 'button',
    class: 'button',
    'data-style': action.style,
    'data-command': action.command,
    onclick: () => onAction(action),
  };
  return make('button', attributes, action.label);
}
