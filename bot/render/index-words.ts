/** `0`, `0, 2` or `0–63`. */
export function indexWords(indexes: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const index of indexes) {
    const run = runs.at(-1);
    if (run && run.last === index - 1) run.last = index;
    else runs.push({ first: index, last: index });
  }
  return runs
    .map(({ first, last }) => {
      if (first === last) return String(first);
      return last - first === 1 ? `${first}, ${last}` : `${first}–${last}`;
    })
    .join(', ');
}
