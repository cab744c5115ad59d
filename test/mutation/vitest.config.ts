import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { z } from 'zod';
import config from '../../vitest.config.ts';
import { reporter } from './reporter.ts';

/** The suites as they are, in the order asked for, and with a test's time as asked for. */
const { files, workers, testMillis } = z
  .object({ files: z.array(z.string()), workers: z.number(), testMillis: z.number() })
  .parse(JSON.parse(process.env['MUTANT_RUN'] ?? ''));

class InOrder extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      files.findIndex((file) => moduleId.endsWith(file));
    return specifications.toSorted((a, b) => place(a) - place(b));
  }
}

const needServer = files.some((file) => !file.startsWith('test/unit/'));
const projects = (config.test?.projects ?? []).flatMap((project) => {
  if (typeof project !== 'object' || !('test' in project)) return [];
  const { globalSetup = [], ...test } = project.test ?? {};
  const setup = needServer ? globalSetup : [];
  const times = { testTimeout: testMillis, hookTimeout: testMillis };
  return [{ test: { ...test, ...times, globalSetup: setup, maxWorkers: workers } }];
});

export default defineConfig({
  cacheDir: '../vite-cache',
  root: process.cwd(),
  test: { projects, reporters: [reporter], sequence: { sequencer: InOrder } },
});
