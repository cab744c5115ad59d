import { icon, make } from './dom.js';

/**
 * The emoji under messages, as buttons that stay pressed. `onPress(id, press)` resolves to why a
 * press failed, or to null; `onFailure(id, sentence)` is called when that is to be drawn.
 */
export function createReactions({ nameOf, onPress, onFailure }) {
  /** Why the reader's last press under a message did not count, by the message's id. */
  const failures = new Map();

  async function press(id, what) {
    failures.delete(id);
    const failure = await onPress(id, what);
    if (failure === null) return;
    failures.set(id, failure);
    onFailure(id, failure);
  }

  return {
    /** What stands under a message, as this reader sees it. */
    under({ id, reactions }, reader) {
      const frame = { reader, nameOf, onPress: (what) => void press(id, what) };
      const failure = failures.get(id);
      return [
        reactions.length === 0 ? null : groupElement(reactions, frame),
        failure ? make('p', { class: 'failed' }, icon('bad', 'Not counted'), failure) : null,
      ];
    },
    forgetFailures: () => failures.clear(),
  };
}

function groupElement(reactions, frame) {
  const buttons = reactions.map((standing) => buttonElement(standing, frame));
  return make('div', { class: 'reactions', role: 'group', 'aria-label': 'Reactions' }, ...buttons);
}

function buttonElement({ emoji, byDibs, people }, { reader, nameOf, onPress }) {
  const isPressed = people.includes(reader.id);
  const names = [...(byDibs ? ['Dibs'] : []), ...people.map(nameOf)];
  const attributes = {
    type: 'button',
    class: 'reaction',
    'aria-pressed': String(isPressed),
    'aria-label': `${emoji}, ${names.length}${isPressed ? ', pressed by you' : ''}`,
    title: list.format(names),
    'data-emoji': emoji,
    onclick: () => onPress({ emoji, isAdded: !isPressed }),
  };
  const count = make('span', { class: 'count' }, String(names.length));
  return make('button', attributes, make('span', { class: 'emoji' }, emoji), count);
}

const list = new Intl.ListFormat('en');
