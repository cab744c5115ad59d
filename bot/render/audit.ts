import { unreachable } from '../../core/assert.ts';
import type { BookDifference, BookSize, EventActor, EventView } from '../../core/audit.ts';
import type { Message, Text } from '../../core/message.ts';
import { spendingPeriods } from '../../core/policy.ts';
import { renderCheck } from './check.ts';
import { phraseOf } from './decision.ts';
import { renderRefusal } from './refusal.ts';
import { clock, creditsOf, plainText, sentence } from './words.ts';

/** More rows than this nobody reads in a chat; the check on the command line has them all. */
const mostDifferences = 20;

/** Whether the book adds up, and what was decided lately. */
export function renderAudit(
  { differences, size }: { differences: readonly BookDifference[]; size: BookSize },
  events: readonly EventView[],
  team: string,
): Message {
  const check = renderCheck(differences, size, mostDifferences);
  const decisions = renderDecisions(events, 'lately', team);
  return {
    title: check.title ?? `Audit of ${team}`,
    tone: check.tone,
    parts: [...check.parts, ...decisions.parts],
  };
}

/** One field each, the latest first. `which`: `about bob`. */
export function renderDecisions(
  events: readonly EventView[],
  which: string,
  team: string,
): Message {
  if (events.length === 0)
    return sentence('neutral', `Nothing was decided ${which} that concerns ${team}.`);
  const fields = events.map((event) => ({ name: nameOf(event.actor), value: lineOf(event) }));
  const title = `Decisions ${which}`;
  return { title, tone: 'neutral', parts: [{ kind: 'fields', fields }] };
}

function lineOf(event: EventView): Text {
  const { outcome, at, actor } = event;
  const { did, wished } = phraseOf(event);
  const words =
    outcome.kind === 'accepted'
      ? did
      : `wanted to ${wished}; refused: ${plainText(renderRefusal(outcome.refusal)).replace(/\.$/, '')}`;
  const facts = factWords(event).join('; ');
  const from = placeOf(actor);
  return [
    words,
    ' · ',
    clock(at),
    ...(from === null ? [] : [` · from ${from}`]),
    ...(facts === '' ? [] : [` · ${facts}`]),
  ];
}

function nameOf(actor: EventActor): string {
  switch (actor.kind) {
    case 'person':
      return actor.name;
    case 'stranger':
      return `${actor.platform} ${actor.externalId}`;
    case 'system':
      return `Dibs (${actor.name})`;
    default:
      return unreachable(actor);
  }
}

function placeOf(actor: EventActor): string | null {
  if (actor.kind !== 'person') return null;
  return [actor.platform, actor.channel].filter((part) => part !== null).join(' ') || null;
}

/** What it was decided on, as it was then. */
function factWords({ facts }: EventView): string[] {
  const { accounts = [], spending, request, pendingRequests } = facts;
  const had = accounts.map(({ name, posted, held }) => {
    const also = held > 0n ? `, ${creditsOf(held)} held` : '';
    return `${name} had ${creditsOf(posted - held)} available${also}`;
  });
  return [
    // Who gives to themselves is both accounts.
    ...new Set(had),
    ...(spending ? [spendingWords(spending)] : []),
    ...(request ? [`${request.approvals.length} of ${request.approvalsNeeded} had agreed`] : []),
    ...(pendingRequests ? [`${pendingRequests} other requests were open`] : []),
  ];
}

function spendingWords(spending: NonNullable<EventView['facts']['spending']>): string {
  const { periods, held, personDevices, teamDevices } = spending;
  const used = spendingPeriods.map(
    (period) =>
      `${creditsOf(periods[period].charged)} ${period === 'day' ? 'today' : `this ${period}`}`,
  );
  return `of its limits used: ${used.join(', ')}, ${creditsOf(held)} held; devices in use: ${personDevices}, by the whole team ${teamDevices}`;
}
