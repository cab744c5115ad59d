import { byId, make, setText } from './dom.js';

/** What a newcomer sees before anything was said: three lines that can be pressed. */
export function createWelcome({ onTry }) {
  const start = chip('start any 30m', onTry);
  const element = make(
    'section',
    { class: 'welcome', 'aria-label': 'Welcome', hidden: true },
    make('h3', {}, 'Call dibs on a GPU.'),
    make(
      'p',
      {},
      'Type as you would in Slack. What you hold, and until when, everybody sees; ' +
        'what you are told, you alone.',
    ),
    make('div', { class: 'chips' }, chip('list', onTry), start, chip('help', onTry)),
  );
  byId('log').append(element);

  return {
    show(board) {
      byId('log').append(element);
      element.hidden = false;
      if (board) this.offer(board);
    },
    hide() {
      element.hidden = true;
    },
    /** Names a type that can really be had. */
    offer({ hosts }) {
      const devices = hosts.filter(({ fault }) => fault === null).flatMap((host) => host.devices);
      const offered = devices.filter(({ state }) => state === 'offered');
      const first = offered.find(({ session }) => session === null) ?? offered[0];
      if (!first) return;
      start.dataset.command = `start ${first.type} 30m`;
      setText(start.firstChild, `/gpu ${start.dataset.command}`);
    },
  };
}

function chip(command, onTry) {
  const button = make('button', { type: 'button', class: 'chip', 'data-command': command });
  button.append(make('code', {}, `/gpu ${command}`));
  button.addEventListener('click', () => onTry(button.dataset.command));
  return button;
}
