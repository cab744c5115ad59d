import { icon, make } from './dom.js';
import { messageElement } from './message.js';
import { moment, now } from './times.js';

/** A typed line and what came back, for the one who typed it. */
export function createExchange({ person, text, onAction }) {
  const answer = make('div', { class: 'answer' });
  const line = text === '' ? '/gpu' : `/gpu ${text}`;
  const initial = make(
    'span',
    { class: 'initial', 'aria-hidden': 'true' },
    person.name.slice(0, 1),
  );
  const element = make(
    'article',
    { class: 'exchange', 'aria-label': `${person.name} typed ${line}` },
    make('div', { class: 'typed' }, initial, make('code', {}, line)),
    answer,
  );

  return {
    at: now(),
    reader: person.id,
    element,
    /** Shown only if the answer takes its time: the style waits 300 ms. */
    wait() {
      answer.replaceChildren(make('p', { class: 'waiting' }, 'Working on it …'));
    },
    show({ message }) {
      const aside = [
        make('span', {}, icon('hidden'), 'only visible to you'),
        moment(new Date(now()).toISOString(), 'clock'),
      ];
      const frame = { reader: person.name, aside, below: [], onAction };
      answer.replaceChildren(messageElement(message, frame));
    },
    fail(sentence) {
      answer.replaceChildren(make('p', { class: 'failed' }, icon('bad', 'Not sent'), sentence));
    },
  };
}
