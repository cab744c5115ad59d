import { renderAudit, renderDecisions } from '../render/audit.ts';
import { accepted, command, refused } from './command.ts';

/** As many as are read at a glance; the API has the others. */
const mostDecisions = 20;

export const audit = command({
  name: 'audit',
  forGuests: false,
  summary: 'Check the book and show who decided what, as an admin: lately, or about one thing.',
  arguments: [{ name: 'subject', kind: 'subject', required: false }],
  flags: [],
  examples: ['audit', 'audit @bob', 'audit brave-otter', 'audit 17'],
  async run({ store, actor }, { subject }) {
    if (!actor.roles.includes('admin'))
      return refused({ kind: 'not_allowed', needs: 'admin', holder: null });
    const { teamId, team } = actor;
    const { personId = null, about = null } = subject ?? {};
    const limit = mostDecisions;
    const events = await store.events({ teamId, personId, about, before: null, limit });
    if (subject) return accepted(renderDecisions(events, `about ${subject.words}`, team));
    const [differences, size] = [await store.checkBook(), await store.bookSize()];
    return accepted(renderAudit({ differences, size }, events, team));
  },
});
