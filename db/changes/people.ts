import { and, eq, notInArray } from 'drizzle-orm';
import { sshKeys } from '../schema/access.ts';
import { identities, linkCodes, memberships } from '../schema/people.ts';
import { one, writersOf } from './context.ts';

/** One person, several identities and keys. */
export const peopleChanges = writersOf({
  async add_link_code({ tx }, { personId, codeHash, validUntil }) {
    const code = { codeHash, validUntil };
    await tx
      .insert(linkCodes)
      .values({ personId, ...code })
      .onConflictDoUpdate({ target: linkCodes.personId, set: code });
  },
  async add_identity({ tx }, { platform, externalId, personId }) {
    // Whoever had it is in no team any more, as decided; who takes it meanwhile is found by the key.
    const isInNoTeam = notInArray(
      identities.personId,
      tx.select({ id: memberships.personId }).from(memberships),
    );
    await tx
      .delete(identities)
      .where(
        and(eq(identities.platform, platform), eq(identities.externalId, externalId), isInNoTeam),
      );
    const used = tx.delete(linkCodes).where(eq(linkCodes.personId, personId));
    await Promise.all([
      one(used.returning({ personId: linkCodes.personId })),
      tx.insert(identities).values({ platform, externalId, personId, origin: 'linked' }),
    ]);
  },
  async add_ssh_key({ tx }, { personId, key }) {
    // Whoever had it is in no team any more, as decided under the lock of the key.
    await Promise.all([
      tx.delete(sshKeys).where(eq(sshKeys.fingerprint, key.fingerprint)).execute(),
      tx
        .insert(sshKeys)
        .values({ ...key, personId })
        .execute(),
    ]);
  },
  async remove_ssh_key({ tx }, { personId, keyId }) {
    const isTheirs = and(eq(sshKeys.id, keyId), eq(sshKeys.personId, personId));
    await one(tx.delete(sshKeys).where(isTheirs).returning({ id: sshKeys.id }));
  },
});
