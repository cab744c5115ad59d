import { createCompletion } from './completion.js';
import { byId } from './dom.js';

/**
 * The command line: Enter runs, ↑ and ↓ go through what was run, Tab or → completes, Esc closes
 * the list and then empties the line, `/` comes here from anywhere.
 */
export function createComposer({ personId, onRun }) {
  const input = byId('command');
  const past = createHistory();
  const completion = createCompletion({ personId, onAccept: past.leave });

  function fill(text) {
    completion.close();
    input.value = text;
    input.setSelectionRange(text.length, text.length);
    input.focus();
  }

  function run() {
    const text = input.value.trim();
    completion.close();
    past.add(text);
    input.value = '';
    onRun(text);
  }

  const keys = {
    ArrowUp: () => (completion.isOpen() ? completion.move(-1) : recall(past.back(input.value))),
    ArrowDown() {
      if (completion.isOpen()) return completion.move(1);
      if (past.isAtEnd()) return completion.open();
      return recall(past.forth());
    },
    Tab: () => (completion.isOpen() ? completion.accept() : false),
    ArrowRight: () => (completion.isOpen() && isCaretAtEnd(input) ? completion.accept() : false),
    Enter: () => (completion.isChosen() ? completion.accept() : false),
    Escape: () => (completion.isOpen() ? completion.close() : fill('')),
  };

  function recall(text) {
    if (text !== null) fill(text);
  }

  input.addEventListener('keydown', (event) => {
    if (event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey)
      return;
    if (event.key in keys && keys[event.key]() !== false) event.preventDefault();
  });
  input.addEventListener('input', () => {
    // The line already begins with /gpu; whoever types or pastes it again means the same.
    if (/^\/gpu\s/i.test(input.value)) input.value = input.value.replace(/^\/gpu\s+/i, '');
    past.leave();
    if (input.value.trim() === '') completion.close();
    else void completion.open();
  });
  input.addEventListener('blur', completion.close);
  input.form.addEventListener('submit', (event) => {
    event.preventDefault();
    run();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || isTyping(event.target) || document.querySelector('dialog[open]'))
      return;
    event.preventDefault();
    input.focus();
  });

  return { fill };
}

const mostRemembered = 100;

/** Lines that were run, and the one being typed when the reader went back. */
function createHistory() {
  let lines = [];
  let at = 0;
  let draft = '';
  const show = (to) => {
    at = to;
    return at === lines.length ? draft : lines[at];
  };
  return {
    add(text) {
      if (text !== '' && text !== lines.at(-1)) lines = [...lines, text].slice(-mostRemembered);
      at = lines.length;
    },
    back(typed) {
      if (at === lines.length) draft = typed;
      return at === 0 ? null : show(at - 1);
    },
    forth: () => (at === lines.length ? null : show(at + 1)),
    leave() {
      at = lines.length;
    },
    isAtEnd: () => at === lines.length,
  };
}

function isCaretAtEnd(input) {
  return input.selectionStart === input.value.length && input.value !== '';
}

function isTyping(target) {
  return target instanceof HTMLInputElement && target.type !== 'radio';
}
