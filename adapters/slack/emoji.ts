import names from './emoji-names.json' with { type: 'json' };

/**
 * Slack calls emoji by the short names of iamcal/emoji-data. The table is that of emojibase-data 17
 * (MIT), without skin tones and variation selectors.
 */
const unicodeByName: Readonly<Record<string, string>> = names;

const nameByUnicode = new Map<string, string>();
for (const [name, emoji] of Object.entries(unicodeByName))
  if (!nameByUnicode.has(emoji)) nameByUnicode.set(emoji, name);

/** `white_check_mark` for ✅. Null: Slack has none for it. */
export function nameOfEmoji(emoji: string): string | null {
  return nameByUnicode.get(emoji.replaceAll('\u{FE0F}', '')) ?? null;
}

/** ✅ for `white_check_mark`, 👍 for `+1::skin-tone-3`. Null: one of the workspace's own. */
export function emojiOfName(name: string): string | null {
  return unicodeByName[name.split('::')[0] ?? ''] ?? null;
}
