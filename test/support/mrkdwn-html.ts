/**
 * Slack's mrkdwn as it shows it, apart from what writes it: formats go from the edge of a word to
 * the edge of a word on one line, and what stands in backticks or angle brackets is left alone.
 */
export function htmlOfMrkdwn(text: string, now: Date): string {
  const parts = text.split(/(<[^<>]*>|`[^`\n]+`)/);
  const held: string[] = [];
  const hold = (html: string) => `\ue000${held.push(html) - 1}\ue000`;
  const marked = parts
    .map((part) => {
      if (/^<.*>$/s.test(part)) return hold(htmlOfReference(part.slice(1, -1), now));
      return /^`.*`$/.test(part) ? hold(`<code>${part.slice(1, -1)}</code>`) : part;
    })
    .join('');
  return formatted(marked)
    .replace(/^&gt; ?(.*)$/gm, '<blockquote>$1</blockquote>')
    .replace(/\n/g, '<br>')
    .replace(/\ue000(\d+)\ue000/g, (_, at: string) => held[Number(at)] ?? '');
}

const tags = { '*': 'strong', _: 'em', '~': 's' } as const;

function formatted(text: string): string {
  return Object.entries(tags).reduce((html, [mark, tag]) => {
    const m = `[${mark}]`;
    const pattern = new RegExp(
      `(?<![\\p{L}\\p{N}])${m}(\\S(?:[^\\n${mark}]*\\S)?)${m}(?![\\p{L}\\p{N}])`,
      'gu',
    );
    return html.replace(pattern, `<${tag}>$1</${tag}>`);
  }, text);
}

function htmlOfReference(reference: string, now: Date): string {
  const [target = '', label = ''] = reference.split(/\|(.*)/s);
  if (target.startsWith('@')) return `<a class="mention">@${people[target.slice(1)] ?? target}</a>`;
  if (target.startsWith('#')) return `<a class="mention">#gpu-sharing</a>`;
  const [, unix, format] = /^!date\^(\d+)\^(.*)$/.exec(target) ?? [];
  if (unix === undefined || format === undefined) return `<a>${label || target}</a>`;
  const at = new Date(Number(unix) * 1000);
  return format
    .replace('{time}', at.toISOString().slice(11, 16))
    .replace('{date_short_pretty}', dayOf(at, now))
    .replace('{ago}', agoOf(at, now));
}

const people: Readonly<Record<string, string>> = { U123: 'bob' };

function dayOf(at: Date, now: Date): string {
  const day = (date: Date) => Math.floor(date.getTime() / 86_400_000);
  const near: Readonly<Record<number, string>> = { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' };
  const format = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
  return near[day(at) - day(now)] ?? format.format(at);
}

function agoOf(at: Date, now: Date): string {
  const minutes = Math.round((at.getTime() - now.getTime()) / 60_000);
  const [count, unit] =
    Math.abs(minutes) < 60 ? [minutes, 'minute'] : [Math.round(minutes / 60), 'hour'];
  const words = `${Math.abs(count)} ${unit}${Math.abs(count) === 1 ? '' : 's'}`;
  return count < 0 ? `${words} ago` : `${words} from now`;
}
