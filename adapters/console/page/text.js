import { make } from './dom.js';
import { moment, sayMoment } from './times.js';

/** Text with its spans, as nodes. `reader` is the name of whom it is shown to. */
export function textNodes(text, reader) {
  return text.map((span) => (typeof span === 'string' ? span : spanNode[span.kind](span, reader)));
}

/** The same without any form, for announcements. */
export function plainText(text) {
  return text
    .map((span) => {
      if (typeof span === 'string') return span;
      if (span.kind === 'mention') return span.name;
      if (span.kind === 'channel') return `#${span.channel}`;
      return span.kind === 'time' ? sayMoment(span.at, span.style) : span.text;
    })
    .join('');
}

const spanNode = {
  strong: ({ text }) => make('strong', {}, text),
  code: ({ text }) => make('code', {}, text),
  secret: ({ text }) => make('code', {}, text),
  link: ({ text, url }) => (isWeb(url) ? link(text, url) : make('span', {}, text)),
  mention: ({ name }, reader) =>
    make('span', { class: 'mention', 'data-self': name === reader }, name),
  channel: ({ channel }) => make('strong', {}, `#${channel}`),
  time: ({ at, style }) => moment(at, style),
};

/** Anything but a web address (`javascript:` above all) stays text. */
function isWeb(url) {
  return /^https?:$/.test(URL.parse(url, location.href)?.protocol ?? '');
}

function link(text, url) {
  return make('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text);
}
