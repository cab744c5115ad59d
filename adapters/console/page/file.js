import { icon, make } from './dom.js';

/** An attachment as a link that saves it. */
export function fileElement({ name, mediaType, text }) {
  const blob = new Blob([text], { type: mediaType });
  const size = sayBytes(blob.size);
  // The address is made when it is wanted: one for each drawing would keep the file for ever.
  const lend = ({ currentTarget: link }) => {
    const url = URL.createObjectURL(blob);
    link.href = url;
    setTimeout(() => URL.revokeObjectURL(url), lentMilliseconds);
  };
  return make(
    'a',
    {
      class: 'file',
      href: '',
      download: name,
      'aria-label': `Save ${name}, ${size}`,
      onclick: lend,
      oncontextmenu: lend,
    },
    icon('file'),
    make('span', { class: 'name' }, name),
    make('span', { class: 'size' }, size),
  );
}

/** Long enough for whoever is asked where to save it. */
const lentMilliseconds = 60_000;

function sayBytes(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
