/**
 * Makes an element. Attributes that are null or false are left out, `on…` attributes are
 * listeners, strings among the children become text and nulls nothing: no markup is ever parsed.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An icon of the page's sprite. With a label it is a picture; without, decoration. */
export function icon(name, label = null) {
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('class', 'icon');
  if (label === null) picture.setAttribute('aria-hidden', 'true');
  else {
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', label);
  }
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#icon-${name}`);
  picture.append(use);
  return picture;
}

/** The page's one element with this id. */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}.`);
  return element;
}

/** Writes only what differs, so that selections and screen readers are left in peace. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const svg = 'http://www.w3.org/2000/svg';
