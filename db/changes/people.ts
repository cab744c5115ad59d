import { eq } from 'drizzle-orm';
import { identities, linkCodes } from '../schema/people.ts';
import { one, writersOf } from './context.ts';

/** One person, several identities. */
export const peopleChanges = writersOf({
  async add_link_code({ tx }, { personId, codeHash, validUntil }) {
    const code = { codeHash, validUntil };
    await tx
      .insert(linkCodes)
      .values({ personId, ...code })
      .onConflictDoUpdate({ target: linkCodes.personId, set: code });
  },
  async add_identity({ tx }, { platform, externalId, personId }) {
    const used = tx.delete(linkCodes).where(eq(linkCodes.personId, personId));
    await Promise.all([
      one(used.returning({ personId: linkCodes.personId })),
      tx.insert(identities).values({ platform, externalId, personId, origin: 'linked' }),
    ]);
  },
});
