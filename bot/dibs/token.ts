import { hashOfToken } from '../token-hash.ts';
import { newSecret, withStore } from './open-store.ts';
import type { Shell } from './shell.ts';

/** Makes somebody's token, and prints it. */
export function makeToken(name: string, shell: Shell): Promise<number> {
  return withStore(shell, async (store) => {
    const person = await store.personOf('api', name, '');
    if (person === null)
      throw new Error(
        `There is no ${name}. Dibs knows the people of dibs.yaml once it was started with it.`,
      );
    const token = `dibs_${newSecret()}`;
    await store.addToken(person.id, hashOfToken(token));
    shell.out(`${token}\n`);
    return 0;
  });
}
