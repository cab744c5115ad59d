import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { type Entry, journal } from './journal.ts';

/** Keeps the journal. A module that cannot be loaded has failed, with no test of its own. */
export const reporter: Reporter = {
  onTestModuleQueued(module) {
    write({ kind: 'queued', file: fileOf(module) });
  },
  onTestModuleEnd(module) {
    const { collectDuration, duration } = module.diagnostic();
    const passed = [...module.children.allTests('passed')].length;
    const failed = [...module.children.allTests('failed')].map(({ fullName }) => fullName);
    if (failed.length === 0 && module.state() === 'failed') failed.push('');
    const millis = Math.round(collectDuration + duration);
    write({ kind: 'ended', file: fileOf(module), millis, passed, failed });
  },
  onTestRunEnd(_modules, errors) {
    write({ kind: 'over', errors: errors.map(({ message }) => message) });
  },
};

function write(entry: Entry): void {
  appendFileSync(journal, `${JSON.stringify(entry)}\n`);
}

function fileOf({ moduleId }: TestModule): string {
  return relative(process.cwd(), moduleId);
}
