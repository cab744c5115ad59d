import { renderHome } from '../../../bot/render/home.ts';
import type { Message } from '../../../core/message.ts';
import { defaultApproval } from '../../../core/policy.ts';
import { noonPlus } from '../facts.ts';
import { aKey } from '../keys.ts';
import { aView } from '../session-view.ts';
import { noon } from '../world.ts';
import { aRequest, ownBalance, teamBalance } from './credits.ts';
import { aBoard, prices } from './overviews.ts';

const waiting = aView({
  name: 'keen-yak',
  state: 'requested',
  queued: true,
  until: null,
  readySince: null,
  host: null,
  devices: [],
  deviceCount: 4,
});
const facts = {
  now: noon,
  balance: { team: teamBalance, own: ownBalance },
  prices,
  approval: defaultApproval,
};

/** The Home tab, of somebody who has something of everything, and of somebody who is new. */
export const homeViews: Readonly<Record<string, Message>> = {
  home: renderHome({
    ...facts,
    keys: [aKey(), aKey({ name: 'bob@desk 2' })],
    sessions: [
      { session: aView(), place: null },
      {
        session: waiting,
        place: { position: 1, estimatedAt: noonPlus(3600), reason: 'no 4 × a100 are free' },
      },
    ],
    board: aBoard,
    requests: {
      own: [aRequest()],
      toDecide: [aRequest({ number: 18, requester: 'carol', personId: 'carol' })],
    },
  }),
  'home-empty': renderHome({
    ...facts,
    keys: [],
    sessions: [],
    board: { ...aBoard, queue: [] },
    requests: { own: [], toDecide: [] },
  }),
};
