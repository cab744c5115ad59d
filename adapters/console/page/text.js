import { make } from './dom.js';
import { moment } from './times.js';

/** Text with its spans, as nodes. `reader` is the id of whom it is shown to. */
export function textNodes(text, reader) {
  return text.map((span) => (typeof span === 'string' ? span : spanNode[span.kind](span, reader)));
}

/** The same without any form, for announcements. */
export function plainText(text) {
  return text
    .map((span) => {
      if (typeof span === 'string') return span;
      if (span.kind === 'mention') return span.name;
      return span.kind === 'time' ? '' : span.text;
    })
    .join('');
}

const spanNode = {
  strong: ({ text }) => make('strong', {}, text),
  code: ({ text }) => make('code', {}, text),
  link: ({ text, url }) => (isWeb(url) ? link(text, url) : make('span', {}, text)),
  mention: ({ personId, name }, reader) =>
    make('span', { class: 'mention', 'data-self': personId === reader || name === reader }, name),
  time: ({ at, style }) => moment(at, style),
};

/** Anything but a web address (`javascript:` above all) stays text. */
function isWeb(url) {
  return /^https?:$/.test(URL.parse(url, location.href)?.protocol ?? '');
}

function link(text, url) {
  return make('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text);
}
