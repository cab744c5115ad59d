/** Words that commands understand where a name may stand, so that nobody is called so. */
export const reservedNames = ['me', 'team', 'members'];

const mostCharacters = 40;

/**
 * A name for somebody who is called `wanted` elsewhere: of letters, digits, dots, dashes and
 * underscores, and nobody's yet. `taken` holds names in small letters.
 */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const plain = wanted.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const word = plain.replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '');
  const name = word.slice(0, mostCharacters).replace(/[^a-z0-9]+$/, '') || 'member';
  const isFree = (candidate: string) => !taken.has(candidate) && !reservedNames.includes(candidate);
  if (isFree(name)) return name;
  for (let number = 2; ; number += 1) {
    const candidate = `${name}-${number}`;
    if (isFree(candidate)) return candidate;
  }
}
