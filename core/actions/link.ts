import { accept, action, type Decision, refuse } from '../action.ts';
import { assert } from '../assert.ts';

/** How long a code is good for. */
export const linkCodeSeconds = 600;

/** Makes a one-time code by which another identity becomes this person's; an earlier one ends. */
export const makeLinkCode = action({
  name: 'make_link_code',
  needs: (_input: { codeHash: string }) => ({}),
  decide: (_facts, { codeHash }, { actor, now }): Decision<{ validUntil: Date }> => {
    assert(actor.kind === 'person', 'people link their identities');
    const validUntil = new Date(now.getTime() + linkCodeSeconds * 1000);
    const { personId } = actor;
    return accept({ validUntil }, { kind: 'add_link_code', personId, codeHash, validUntil });
  },
});

/** Joins the identity that brings the code to the person who made it. The code is then used up. */
export const link = action({
  name: 'link',
  needs: ({ codeHash }: { codeHash: string }, { actor }) => {
    assert(actor.kind === 'stranger', 'only an identity that is nobody’s can be joined');
    const { platform, externalId } = actor;
    return { linkCode: { codeHash, platform, externalId } };
  },
  decide: (
    { linkCode: { personId, takenBy } },
    _input,
    { actor },
  ): Decision<{ personId: string }> => {
    assert(actor.kind === 'stranger', 'only an identity that is nobody’s can be joined');
    const { platform, externalId } = actor;
    if (takenBy !== null) return refuse({ kind: 'identity_taken', platform });
    if (personId === null) return refuse({ kind: 'link_code_wrong' });
    return accept({ personId }, { kind: 'add_identity', personId, platform, externalId });
  },
});
