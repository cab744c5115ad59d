import { byId, make } from './dom.js';
import { fetchSuggestions } from './server.js';

/**
 * The list of ways to go on above the command line. `personId()` says who types; `onAccept()` is
 * called when a suggestion was taken.
 */
export function createCompletion({ personId, onAccept }) {
  const input = byId('command');
  const list = byId('suggestions');
  let suggestions = [];
  let active = 0;
  let hasMoved = false;
  let asking = new AbortController();

  function close() {
    asking.abort();
    suggestions = [];
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function draw() {
    list.replaceChildren(...suggestions.map((suggestion, at) => option(suggestion, at)));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    input.setAttribute('aria-activedescendant', `suggestion-${active}`);
    list.children[active]?.scrollIntoView({ block: 'nearest' });
  }

  function option({ text, hint }, at) {
    const attributes = {
      role: 'option',
      id: `suggestion-${at}`,
      'aria-selected': at === active ? 'true' : 'false',
      // Pressing must not take the focus from the command line.
      onpointerdown: (event) => event.preventDefault(),
      onclick: () => accept(at),
    };
    return make('li', attributes, make('code', {}, text), make('span', {}, hint));
  }

  function accept(at) {
    const { text } = suggestions[at];
    input.value = text.endsWith(' ') ? text : `${text} `;
    input.focus();
    onAccept();
    void open();
  }

  async function open() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const typed = input.value;
    await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
    if (signal.aborted) return;
    const found = await fetchSuggestions(personId(), typed, signal);
    if (signal.aborted || input.value !== typed) return;
    suggestions = found.filter(({ text }) => text.trim() !== typed.trim());
    active = 0;
    hasMoved = false;
    if (suggestions.length > 0) draw();
    else close();
  }

  return {
    open,
    close,
    isOpen: () => !list.hidden,
    /** Whether Enter takes the suggestion: only after the reader went to it. */
    isChosen: () => !list.hidden && hasMoved,
    accept: () => accept(active),
    move(by) {
      active = (active + by + suggestions.length) % suggestions.length;
      hasMoved = true;
      draw();
    },
  };
}

/** Long enough that fast typing asks once. */
const restMilliseconds = 60;
