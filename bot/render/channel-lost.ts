import type { Channel } from '../../core/entity.ts';
import type { Message, Text } from '../../core/message.ts';
import type { GrantRequestView } from '../../core/view.ts';
import { code, inCredits } from './words.ts';

/** To an admin: where a message belongs, it cannot be posted. */
export function renderChannelLost(channel: Channel, request: GrantRequestView | null): Message {
  const lead: Text = [
    'I cannot post in ',
    { kind: 'channel', channel: channel.channel },
    ': it is archived or gone, or I am not in it. Invite me there with ',
    code('/invite @Dibs'),
    ', or name another channel in dibs.yaml.',
  ];
  const missed: Text =
    request === null
      ? ['What belongs there goes to each holder by direct message meanwhile.']
      : [
          `${request.requester} asks for ${inCredits(request.amount)}: “${request.reason}”. Decide with `,
          code(`/gpu approve ${request.number}`),
          ' or ',
          code(`/gpu deny ${request.number}`),
          '.',
        ];
  return {
    title: 'A channel does not take messages',
    tone: 'warning',
    parts: [
      { kind: 'text', text: lead },
      { kind: 'text', text: missed },
    ],
  };
}
