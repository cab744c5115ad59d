import { renderCheck } from '../render/check.ts';
import { plainText } from '../render/words.ts';
import { withStore } from './open-store.ts';
import type { Shell } from './shell.ts';

/** Recomputes the book. 0: nothing differs, 1: something does. */
export function audit(shell: Shell): Promise<number> {
  return withStore(shell, async (store) => {
    const size = await store.bookSize();
    if (size.accounts === 0) throw new Error('No Dibs has run on this database yet.');
    const differences = await store.checkBook();
    shell.out(`${plainText(renderCheck(differences, size))}\n`);
    return differences.length === 0 ? 0 : 1;
  });
}
