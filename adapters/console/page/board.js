import { createDevice, kindOf } from './device.js';
import { byId, icon, make, setText } from './dom.js';
import { moment, sayDuration } from './times.js';

/** What is free, in use and waiting. `onTake(type)` is called when a free GPU is pressed. */
export function createBoard({ onTake }) {
  const hosts = byId('hosts');
  const cards = new Map();

  return {
    /** `you`: the reader's name, marked where they hold something. */
    show(board, you) {
      if (cards.size === 0) hosts.replaceChildren();
      for (const host of board.hosts) {
        const card = cards.get(host.name) ?? createHost({ name: host.name, onTake });
        cards.set(host.name, card);
        card.update(host, you);
        if (!card.element.isConnected) hosts.append(card.element);
      }
      dropOthers(cards, new Set(board.hosts.map(({ name }) => name)));
      if (board.hosts.length === 0)
        hosts.replaceChildren(make('p', { class: 'hint' }, 'No host is connected yet.'));
      showQueue(board.queue);
      showSummary(board);
    },
  };
}

function createHost({ name, onTake }) {
  const marks = make('span', { class: 'marks' });
  const engine = make('p', { class: 'engine' });
  const fault = make('p', { class: 'fault', hidden: true });
  const grid = make('div', { class: 'devices' });
  const title = make('div', { class: 'host-head' }, make('h3', {}, name), marks, engine);
  const element = make(
    'section',
    { class: 'host', 'aria-label': `Host ${name}` },
    title,
    fault,
    grid,
  );
  const cells = new Map();

  function update(host, you) {
    setText(
      engine,
      [host.simulated ? null : host.engine, host.cuda && `CUDA ${host.cuda}`]
        .filter(Boolean)
        .join(' · '),
    );
    showMarks(marks, host);
    showFault(fault, host);
    const shown = new Set();
    for (const device of host.devices) {
      const kind = kindOf(device, host);
      const key = `${device.uuid} ${kind}`;
      shown.add(key);
      const cell = cells.get(key) ?? createDevice({ kind, onTake });
      cells.set(key, cell);
      cell.update(device, { host, you });
    }
    dropOthers(cells, shown);
    placeInOrder(
      grid,
      [...shown].map((key) => cells.get(key).element),
    );
  }

  return { element, update };
}

function showMarks(marks, host) {
  const words = [
    host.simulated ? 'simulated' : null,
    host.fault === null ? null : 'unreachable',
    host.state === 'ready' ? null : host.state,
  ].filter((word) => word !== null);
  if (marks.dataset.words === words.join()) return;
  marks.dataset.words = words.join();
  marks.replaceChildren(
    ...words.map((word) => make('span', { class: 'badge', 'data-word': word }, word)),
  );
}

function showFault(element, { fault, seenAt }) {
  element.hidden = fault === null;
  if (fault === null || element.dataset.signature === `${fault} ${seenAt}`) return;
  element.dataset.signature = `${fault} ${seenAt}`;
  const seen = seenAt === null ? ['never seen'] : ['last seen ', moment(seenAt, 'relative')];
  element.replaceChildren(icon('warning', 'Look here'), make('span', {}, fault, ' · ', ...seen));
}

function showQueue(queue) {
  const section = byId('queue');
  section.hidden = queue.length === 0;
  const signature = JSON.stringify(queue);
  if (section.dataset.signature === signature) return;
  section.dataset.signature = signature;
  section.querySelector('ol').replaceChildren(...queue.map(waitingElement));
}

function waitingElement({ holder, name, deviceType, deviceCount, leaseSeconds, requestedAt }) {
  return make(
    'li',
    {},
    make('strong', {}, holder),
    make('span', {}, `${deviceCount} × ${deviceType} for ${sayDuration(leaseSeconds)}`),
    make('span', { class: 'session' }, name),
    moment(requestedAt, 'relative'),
  );
}

function showSummary({ hosts, queue }) {
  const devices = hosts.flatMap((host) => host.devices.map((device) => kindOf(device, host)));
  const free = devices.filter((kind) => kind === 'free').length;
  const waiting = queue.length === 0 ? '' : ` · ${queue.length} waiting`;
  setText(byId('board-summary'), `${free} of ${devices.length} free${waiting}`);
  setText(byId('free-count'), `${free} free`);
}

function dropOthers(elements, kept) {
  for (const [key, { element }] of elements) {
    if (kept.has(key)) continue;
    element.remove();
    elements.delete(key);
  }
}

/** Moves only what is out of place: moving an element takes its focus away. */
function placeInOrder(parent, elements) {
  for (const [at, element] of elements.entries())
    if (parent.children[at] !== element) parent.insertBefore(element, parent.children[at] ?? null);
}
