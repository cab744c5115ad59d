import { byId } from './dom.js';

/** Asks what an action wants to know. Resolves to its command, or to null if it is called off. */
export function askForCommand({ asks, label, style, command }) {
  if (asks === null) return Promise.resolve(command);
  const dialog = byId('question');
  const answer = byId('answer');
  byId('question-label').textContent = asks;
  answer.value = '';
  const yes = dialog.querySelector('[value=yes]');
  yes.textContent = label;
  yes.dataset.style = style;
  byId('question-cancel').onclick = () => dialog.close('no');
  // Esc must read as no, whatever was answered last time.
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    const close = () =>
      resolve(dialog.returnValue === 'yes' ? commandWith(command, answer.value) : null);
    dialog.addEventListener('close', close, { once: true });
  });
}

/** In quotes, so that nothing in the answer reads as a flag; those inside it become single ones. */
function commandWith(command, answer) {
  const sentence = answer.replace(/["“”„]/g, "'").trim();
  return sentence === '' ? command : `${command} "${sentence}"`;
}
