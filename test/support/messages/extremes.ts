import { renderRequest } from '../../../bot/render/request.ts';
import { renderSession } from '../../../bot/render/session.ts';
import type { Message } from '../../../core/message.ts';
import { defaultApproval } from '../../../core/policy.ts';
import { aDevice, aView } from '../session-view.ts';
import { aRequest } from './credits.ts';

const sample = {
  utilizationPercent: 100,
  memoryUsedMib: 81_000,
  temperatureCelsius: 61,
  powerWatts: 311,
  processes: [],
};
const many = Array.from({ length: 64 }, (_, index) => aDevice({ index, sample }));

/** What is large, long, foreign or hostile. */
export const extremeMessages: Readonly<Record<string, Message>> = {
  'session-64-devices': renderSession(aView({ devices: many, deviceCount: 64 }), null),
  'session-long-names': renderSession(
    aView({
      name: 'extraordinarily-brave-otter-of-the-northern-rivers',
      holder: { personId: 'zoe', name: 'Zoë-Maximiliane von und zu Hohenstauffen-Wittelsbach' },
      host: 'gpu-rack-17-node-04.compute.internal.research.example.org',
      image: 'registry.example.org/lab/pytorch-cuda-with-everything:2.9.1-cuda13.0-ubuntu26.04',
      devices: [
        aDevice({ index: 0, type: 'nvidia-rtx-pro-6000-blackwell-server-edition', sample }),
      ],
    }),
    null,
  ),
  'request-right-to-left': renderRequest(
    aRequest({
      personId: 'zoe',
      requester: 'דנה כהן',
      reason: 'לניסוי הגדול של סוף הסמסטר, שתי הרצות',
    }),
    defaultApproval,
  ),
  'request-hostile': renderRequest(
    aRequest({
      personId: 'zoe',
      requester: '<!channel> *Z* 👩‍🔬🏳️‍🌈',
      reason: '> _quoted_ ~struck~ `code` ```block``` <https://x.org|x> &amp; @here\n*new line*',
    }),
    defaultApproval,
  ),
};
