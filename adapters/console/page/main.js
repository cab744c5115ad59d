import { askForCommand } from './ask.js';
import { createBoard } from './board.js';
import { createComposer } from './composer.js';
import { confirmAction } from './confirm.js';
import { announce, createConversation } from './conversation.js';
import { byId } from './dom.js';
import { createExchange } from './exchange.js';
import { headline } from './message.js';
import { follow, runCommand, sendReaction } from './server.js';
import { shownTheme, toggleTheme } from './theme.js';
import { keepTimesFresh, setServerTime } from './times.js';
import { createWelcome } from './welcome.js';

const choices = [...document.querySelectorAll('input[name=person]')];
let person = choosePerson(new URL(location.href).searchParams.get('as'));
let unfollow = () => {};
/** The line that did not get through, kept to be sent again under its own key. */
let unsent = null;
let latestBoard = null;

/** Presses under way: a second one on the same emoji would not know what the first made of it. */
const reacting = new Set();

const conversation = createConversation({ onAction: press, onReact: react, nameOf });
const welcome = createWelcome({ onTry: run });
const composer = createComposer({ personId: () => person.id, onRun: run });
const board = createBoard({
  onTake(type) {
    showView('conversation');
    composer.fill(`start ${type} 2h`);
  },
});

async function press(action) {
  if (!(await confirmAction(action))) return;
  const command = await askForCommand(action);
  if (command !== null) await run(command);
}

/** Resolves to why it failed, or to null. */
async function react(message, { emoji, isAdded }) {
  const reader = person;
  const target = `${reader.id} ${message} ${emoji}`;
  if (reacting.has(target)) return null;
  reacting.add(target);
  const reaction = { person: reader.id, message, emoji, isAdded, requestKey: newRequestKey() };
  const failure = await sendReaction(reaction);
  reacting.delete(target);
  return reader === person ? failure : null;
}

function nameOf(id) {
  return choices.find(({ value }) => value === id)?.dataset.name ?? id;
}

async function run(text) {
  const request = requestFor(text);
  unsent = null;
  const { exchange } = request;
  conversation.keepingAtEnd(exchange.wait);
  welcome.hide();
  const { answer, failure, isFinal } = await runCommand({
    person: request.reader.id,
    text,
    requestKey: request.requestKey,
  });
  conversation.keepingAtEnd(() => {
    if (answer) exchange.show(answer);
    else exchange.fail(isFinal ? failure : `${failure} Press Enter to try again.`);
  });
  if (answer) return announce(headline(answer.message));
  announce(failure);
  if (isFinal || request.reader !== person) return;
  unsent = request;
  composer.fill(text);
}

/** The same line again after it did not get through is the same request. */
function requestFor(text) {
  if (unsent?.text === text && unsent.reader === person) return unsent;
  const exchange = createExchange({ person, text, onAction: press });
  const requestKey = newRequestKey();
  conversation.addExchange(requestKey, exchange);
  return { text, reader: person, requestKey, exchange };
}

/** `crypto.randomUUID` is for secure origins alone, and a forwarded port may not be one. */
function newRequestKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function choosePerson(id) {
  const choice = choices.find(({ value }) => value === id) ?? choices[0];
  choice.checked = true;
  return { id: choice.value, name: choice.dataset.name };
}

function followAs(next) {
  unfollow();
  if (next !== person) unsent = null;
  person = next;
  const url = new URL(location.href);
  url.searchParams.set('as', person.id);
  history.replaceState(null, '', url);
  unfollow = follow(person.id, {
    onConnection(isOpen) {
      byId('connection').textContent = isOpen ? '' : 'Connection lost. Trying again …';
    },
    events: {
      conversation({ now, messages }) {
        setServerTime(now);
        conversation.reset(messages, person);
        if (conversation.isEmptyFor(person)) welcome.show(latestBoard);
        else welcome.hide();
      },
      message: putMessage,
      update: putMessage,
      board(picture) {
        latestBoard = picture;
        board.show(picture, person.name);
        welcome.offer(picture);
      },
    },
  });
  if (latestBoard) board.show(latestBoard, person.name);
}

function putMessage(posted) {
  welcome.hide();
  conversation.put(posted, person);
}

function showView(view) {
  document.querySelector('main').dataset.view = view;
  for (const button of document.querySelectorAll('.views button'))
    button.setAttribute('aria-current', String(button.dataset.view === view));
}

function nameTheme() {
  const label = shownTheme() === 'dark' ? 'Use light colours' : 'Use dark colours';
  byId('theme').setAttribute('aria-label', label);
  byId('theme').title = label;
}

for (const choice of choices)
  choice.addEventListener('change', () => followAs(choosePerson(choice.value)));
for (const button of document.querySelectorAll('.views button'))
  button.addEventListener('click', () => showView(button.dataset.view));
byId('theme').addEventListener('click', () => {
  toggleTheme();
  nameTheme();
});

// A browser opens six connections to a place and no more: tabs that nobody sees give theirs back.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') unfollow();
  else followAs(person);
});

nameTheme();
keepTimesFresh();
followAs(person);
