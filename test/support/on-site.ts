import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { Database } from '../../db/database.ts';
import { databaseKinds } from './databases.ts';
import { createSite, type Site, type SiteOptions } from './site.ts';
import { empty } from './stage.ts';

/** A new site for each test, in a database that was emptied. */
export function onSite(
  title: string,
  options: SiteOptions,
  tests: (stage: { site: Site; database: Database }) => void,
): void {
  describe(title, () => {
    const stage = {} as { site: Site; database: Database };
    beforeAll(async () => {
      stage.database = await databaseKinds.pglite();
    });
    beforeEach(async () => {
      await empty(stage.database);
      stage.site = await createSite(stage.database, options);
    });
    afterEach(() => stage.site.end());
    afterAll(() => stage.database.close());
    tests(stage);
  });
}
