import { byId } from './dom.js';

/** Asks before an action that hurts. Resolves to whether it may run. */
export function confirmAction({ confirm, label, style }) {
  if (confirm === null) return Promise.resolve(true);
  const dialog = byId('confirm');
  byId('confirm-question').textContent = confirm;
  const yes = dialog.querySelector('[value=yes]');
  yes.textContent = label;
  yes.dataset.style = style;
  // Esc must read as no, whatever was answered last time.
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
