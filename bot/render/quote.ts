import type { Account } from '../../core/entity.ts';
import type { Message, Text } from '../../core/message.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { StartAsked, StartPlan } from '../../core/start-plan.ts';
import { formatDuration } from '../duration.ts';
import { renderRefusal } from './refusal.ts';
import { type Place, placeWords } from './session.ts';
import { inCredits } from './words.ts';

/** What a start would come to, before it is asked for. */
export function renderQuote(
  asked: StartAsked,
  plan: StartPlan | { refusal: Refusal },
  { account, place }: { account: Account; place: Place | null },
): Message {
  if ('refusal' in plan) return renderRefusal(plan.refusal);
  const { held } = plan;
  const left = account.posted - account.held - held;
  const lease = formatDuration(asked.leaseSeconds);
  return {
    title: null,
    tone: plan.placement === null ? 'warning' : 'good',
    parts: [
      {
        kind: 'fields',
        fields: [
          {
            name: 'Held',
            value: [`${inCredits(held)} for ${lease}; only the seconds used are charged`],
          },
          { name: 'Left then', value: [`${inCredits(left)} of ${account.name}`] },
        ],
      },
      { kind: 'text', text: plan.placement === null ? placeWords(place) : startWords(plan) },
    ],
  };
}

function startWords({ placement, line }: StartPlan): Text {
  const host = line.hosts.find(({ id }) => id === placement?.hostId);
  return [`Starts at once on ${host?.name}${host?.simulated ? ' (simulated)' : ''}.`];
}
