import { appendFileSync } from 'node:fs';
import { journal } from './journal.ts';

/**
 * Imported by the probed sources first of all. Writes down each mutant that this process reaches,
 * once and at once: a process may be killed, and knows nothing of who started it.
 */
const reached = new Set<PropertyKey>();
const noted = new Proxy<Record<string, number>>(
  {},
  {
    set(_target, mutant) {
      if (!reached.has(mutant)) appendFileSync(journal, `${String(mutant)}\n`);
      reached.add(mutant);
      return true;
    },
  },
);
Object.assign(globalThis, { __stryker__: { mutantCoverage: { static: noted, perTest: {} } } });
