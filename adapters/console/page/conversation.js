import { byId, icon, make } from './dom.js';
import { headline, messageElement } from './message.js';
import { createReactions } from './reactions.js';
import { moment } from './times.js';

/**
 * The list of messages and exchanges, oldest first. It stays at its end while the reader is there,
 * and offers a way back when they are not.
 */
export function createConversation({ onAction, onReact, nameOf }) {
  const log = byId('log');
  const latest = byId('latest');
  /** Message or exchange by id: { at, element, isExchange }. */
  const entries = new Map();
  const reactions = createReactions({
    nameOf,
    onPress: onReact,
    onFailure(id, sentence) {
      const posted = entries.get(id)?.posted;
      if (posted) keepingAtEnd(() => show(posted, shownTo));
      announce(sentence);
    },
  });
  let shownTo = null;

  function keepingAtEnd(change) {
    const wasAtEnd = isAtEnd(log);
    change();
    if (wasAtEnd) toEnd(log);
    else latest.hidden = isAtEnd(log);
  }

  function place(id, entry) {
    const later = [...entries.values()].find(({ at }) => at > entry.at);
    log.insertBefore(entry.element, later?.element ?? null);
    entries.set(id, entry);
    resort(entries);
  }

  function draw(posted, reader) {
    const aside = [
      posted.person === null ? null : make('span', {}, icon('hidden'), 'only visible to you'),
      moment(posted.at, 'clock'),
    ].filter((node) => node !== null);
    const below = reactions.under(posted, reader);
    return messageElement(posted.message, { reader: reader.name, aside, below, onAction });
  }

  function show(posted, reader) {
    const known = entries.get(posted.id);
    const element = draw(posted, reader);
    if (known) replaceKeepingFocus(known.element, element);
    const entry = { at: Date.parse(posted.at), element, isExchange: false, posted };
    if (known) entries.set(posted.id, entry);
    else place(posted.id, entry);
  }

  latest.addEventListener('click', () => toEnd(log));
  log.addEventListener('scroll', () => {
    if (isAtEnd(log)) latest.hidden = true;
  });

  return {
    /** All that this reader may see, as the server has it; their own exchanges stay. */
    reset(messages, reader) {
      const top = reader === shownTo && !isAtEnd(log) ? log.scrollTop : null;
      shownTo = reader;
      reactions.forgetFailures();
      for (const [id, entry] of entries) {
        if (entry.isExchange) entry.element.hidden = entry.reader !== reader.id;
        else {
          entry.element.remove();
          entries.delete(id);
        }
      }
      for (const posted of messages) show(posted, reader);
      log.scrollTop = top ?? log.scrollHeight;
    },
    /** Draws a new or changed message and says it where its headline is new. */
    put(posted, reader) {
      keepingAtEnd(() => show(posted, reader));
      announce(headline(posted.message));
    },
    /** Adds what the reader typed; it belongs to this tab alone. */
    addExchange(id, exchange) {
      place(id, { ...exchange, isExchange: true });
      toEnd(log);
    },
    keepingAtEnd,
    isEmptyFor: (reader) =>
      ![...entries.values()].some((entry) => !entry.isExchange || entry.reader === reader.id),
  };
}

/** Tells a screen reader, once: a progress bar that moves is no news. */
export function announce(text) {
  const announcer = byId('announcer');
  if (announcer.textContent !== text) announcer.textContent = text;
}

function resort(entries) {
  const sorted = [...entries].sort(([, a], [, b]) => a.at - b.at);
  entries.clear();
  for (const [id, entry] of sorted) entries.set(id, entry);
}

/** A button under the reader's finger may be redrawn at any moment. */
function replaceKeepingFocus(before, after) {
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  before.replaceWith(after);
  if (!focused) return;
  const { command = '', emoji } = focused.dataset;
  const heir = after.querySelector(
    emoji ? `[data-emoji="${CSS.escape(emoji)}"]` : `[data-command="${CSS.escape(command)}"]`,
  );
  (heir ?? byId('command')).focus({ preventScroll: true });
}

const nearEndPixels = 60;

function isAtEnd(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight < nearEndPixels;
}

function toEnd(log) {
  log.scrollTop = log.scrollHeight;
}
