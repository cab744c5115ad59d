/** As it is, or cut before a whole character as people see it, with an ellipsis in its place. */
export function shortened(text: string, most: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= most) return whole;
  return `${beginning(whole, most - 1).trimEnd()}…`;
}

/** At most that many UTF-16 units, without cutting an emoji or a letter with its marks apart. */
export function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = characters.segment(text).containing(Math.max(0, most))?.index ?? 0;
  return text.slice(0, end);
}

export const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

export function lineOf(text: string): string {
  return text.toWellFormed().replace(/\s+/g, ' ').trim();
}
