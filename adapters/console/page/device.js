import { make, setText } from './dom.js';
import { createMeter } from './meter.js';
import { moment } from './times.js';

/** One GPU of the board. `update` redraws in place, so that meters glide and focus stays. */
export function createDevice({ kind, onTake }) {
  const type = make('span', { class: 'type' });
  const index = make('span', { class: 'index' });
  const state = make('span', { class: 'state' });
  const head = make('span', { class: 'device-head' }, index, type, state);
  const holding = make('p', { class: 'holding' });
  const room = make('span', { class: 'room' });
  const load = createMeter('load');
  const memory = createMeter('memory');
  const take = () => onTake(type.textContent);
  const element =
    kind === 'free'
      ? make('button', { type: 'button', class: 'device', 'data-kind': kind, onclick: take })
      : make('div', { role: 'group', class: 'device', 'data-kind': kind });
  if (kind === 'free')
    element.append(head, make('span', { class: 'take' }, 'Take it for 2 h'), room);
  else
    element.append(head, holding, make('div', { class: 'meters' }, load.element, memory.element));

  function update(device, { host, you }) {
    const word = stateWord(device, { kind, host });
    setText(index, String(device.index));
    setText(type, device.type);
    setText(state, word);
    setText(room, `${gibibytes(device.memoryMib)} GiB`);
    element.title = device.model;
    element.setAttribute('aria-label', describe(device, { kind, word }));
    const isKnown = host.fault === null;
    load.show(isKnown ? device.utilizationPercent : null, 100, (percent) => `${percent} %`);
    memory.show(isKnown ? device.memoryUsedMib : null, device.memoryMib, sayMemory);
    if (device.session) showHolder(holding, device.session, you);
  }

  return { element, update };
}

/** `free`, `held` or `resting`: what decides a cell's shape. */
export function kindOf(device, host) {
  if (device.session) return 'held';
  const isTakeable = device.state === 'offered' && host.state === 'ready' && host.fault === null;
  return isTakeable ? 'free' : 'resting';
}

const sessionWords = {
  requested: 'starting',
  starting: 'starting',
  running: 'in use',
  stopping: 'ending',
};

function stateWord({ session, state }, { kind, host }) {
  if (session) return sessionWords[session.state] ?? session.state;
  if (kind === 'free') return 'free';
  if (host.fault !== null) return 'not known';
  return state === 'quarantined' ? 'set aside' : 'not offered';
}

function describe({ index, type, session }, { kind, word }) {
  const holder = session ? `, ${session.holder}` : '';
  const offer = kind === 'free' ? '. Take it for 2 hours' : '';
  return `GPU ${index}, ${type}: ${word}${holder}${offer}`;
}

function showHolder(holding, { holder, name, until }, you) {
  const signature = [holder, name, until, you].join();
  if (holding.dataset.signature === signature) return;
  holding.dataset.signature = signature;
  holding.replaceChildren(
    make('strong', {}, holder === you ? `${holder} (you)` : holder),
    make('span', { class: 'session' }, name),
    until === null ? make('span', {}, 'not ready yet') : moment(until, 'left'),
  );
}

function sayMemory(usedMib, memoryMib) {
  return `${gibibytes(usedMib)} of ${gibibytes(memoryMib)} GiB`;
}

function gibibytes(mebibytes) {
  const size = mebibytes / 1024;
  return size >= 0.1 && size < 10 ? size.toFixed(1) : String(Math.round(size));
}
