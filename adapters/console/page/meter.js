import { make, setText } from './dom.js';

/** A slim bar with its figure in words; a dash where the figure is not known. */
export function createMeter(label) {
  const bar = make('span', { class: 'bar' });
  const figure = make('span', { class: 'figure' });
  const name = make('span', { class: 'name' }, label);
  const frame = { class: 'meter', role: 'meter', 'aria-label': label };
  const element = make('div', frame, name, bar, figure);

  function show(value, most, inWords) {
    const percent = Math.min(100, Math.max(0, ((value ?? 0) / most) * 100));
    const words = value === null ? 'not known' : inWords(value, most);
    bar.style.setProperty('--filled', `${percent}%`);
    element.setAttribute('aria-valuenow', String(Math.round(percent)));
    element.setAttribute('aria-valuetext', words);
    setText(figure, value === null ? '–' : words);
  }

  return { element, show };
}
