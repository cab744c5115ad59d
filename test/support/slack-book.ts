import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { checkBook } from '../../db/audit.ts';
import { type Db, rowsOf } from '../../db/database.ts';

const started = z.object({ person: z.string(), session: z.string(), holds: z.coerce.number() });

/** Who has started what, and what is wrong in the book. */
export async function readBook(db: Db) {
  const rows = await rowsOf(
    db,
    sql`select p.name as person, s.name as session,
          (select count(*) from holds h where h.lease_id = l.id) as holds
        from leases l join persons p on p.id = l.person_id join sessions s on s.lease_id = l.id
        order by p.name`,
  );
  return { started: z.array(started).parse(rows), differences: await checkBook(db) };
}
