import { make, setText } from './dom.js';

/**
 * A moment in the reader's zone, kept up to date. Style `clock`: 16:40, with the day where it is
 * not today; `relative`: in 2 hours; `left`: 1 h 05 min, down to the second.
 */
export function moment(iso, style) {
  const title = full.format(new Date(iso));
  return make('time', { datetime: iso, 'data-style': style, title }, sayMoment(iso, style));
}

/** The same in words that stay as they are. */
export function sayMoment(iso, style) {
  return say[style](new Date(iso));
}

/** The server's now: this machine's clock may differ. */
export function now() {
  return Date.now() + serverAheadMilliseconds;
}

export function setServerTime(iso) {
  serverAheadMilliseconds = Date.parse(iso) - Date.now();
}

export function keepTimesFresh() {
  setInterval(() => {
    for (const element of document.querySelectorAll('time[data-style]')) {
      setText(element, sayMoment(element.dateTime, element.dataset.style));
    }
  }, 1000);
}

/** `2 h`, `1 h 30 min`, `45 min`, `20 s`. */
export function sayDuration(seconds) {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (hours === 0 && minutes === 0) return `${Math.floor(seconds)} s`;
  return [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : ''].join(' ').trim();
}

let serverAheadMilliseconds = 0;

const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const say = { clock: sayClock, relative: sayRelative, left: sayLeft };

function sayClock(at) {
  const isToday = at.toDateString() === new Date(now()).toDateString();
  return isToday ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`;
}

function sayRelative(at) {
  const seconds = Math.round((at.getTime() - now()) / 1000);
  const size = Math.abs(seconds);
  if (size < 60) return relative.format(seconds, 'second');
  if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute');
  if (size < 2 * 86_400) return relative.format(Math.round(seconds / 3600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

function sayLeft(at) {
  const seconds = Math.max(0, Math.round((at.getTime() - now()) / 1000));
  if (seconds >= 3600) return `${sayDuration(seconds)} left`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, '0')} left`;
}
