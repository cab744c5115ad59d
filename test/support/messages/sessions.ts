import { renderReady } from '../../../bot/render/ready.ts';
import { renderEndingSoon, renderSession } from '../../../bot/render/session.ts';
import { renderSessionNews } from '../../../bot/render/session-news.ts';
import type { Message } from '../../../core/message.ts';
import type { SessionView } from '../../../core/view.ts';
import { noonPlus } from '../facts.ts';
import { aDevice, aView } from '../session-view.ts';

const link = 'https://gpu.example.org/open/eyJhbGciOiJIUzI1NiJ9.eyJuIjoib3R0ZXIifQ.c2lnbmF0dXJl';
const ssh = { host: 'gpu-1.example.org', port: 32_774 };
const waiting = { state: 'requested', until: null, readySince: null } as const;
const starting = { ...waiting, state: 'starting' } as const;
const ended = {
  state: 'ended',
  readySince: null,
  held: 0n,
  charged: 31_825_000n,
  readyMillis: 3_182_500,
} as const;
const failed = { ...ended, charged: null, readyMillis: 0 } as const;

const devices = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    aDevice({
      index,
      sample: {
        utilizationPercent: (97 + index * 13) % 101,
        memoryUsedMib: 61_440 + index * 1111,
        temperatureCelsius: 58 + index,
        powerWatts: 287 + index * 9,
        processes: [],
      },
    }),
  );

const session = (facts: Partial<SessionView>, place: Parameters<typeof renderSession>[1] = null) =>
  renderSession(aView(facts), place);

/** What the session’s own message goes through, and what its holder and thread are told. */
export const sessionMessages: Readonly<Record<string, Message>> = {
  'session-queued': session(
    { ...waiting, queued: true, host: null, devices: [] },
    { position: 2, estimatedAt: noonPlus(600), reason: 'no a100 is free' },
  ),
  'session-pulling': session({
    ...starting,
    progress: { stage: 'pulling', doneBytes: 1_462e6, totalBytes: 3_400e6 },
  }),
  'session-building': session({
    ...starting,
    progress: { stage: 'building', step: 3, steps: 8 },
  }),
  'session-starting': session({ ...starting, progress: { stage: 'booting' } }),
  'session-running': session({ devices: devices(1) }),
  'session-running-8': session({
    devices: devices(8),
    deviceCount: 8,
    held: 288_000_000n,
    simulated: true,
  }),
  'session-silent': session({ readySince: null }),
  'session-stopping': session({ ...ended, state: 'stopping', endReason: 'stopped_by_owner' }),
  'session-stopped': session({ ...ended, endReason: 'stopped_by_owner', endedAt: noonPlus(3200) }),
  'session-out-of-memory': session({ ...ended, endReason: 'out_of_memory' }),
  'session-start-failed': session({
    ...failed,
    endReason: 'start_failed',
    faultDetail: 'could not select device driver "nvidia" with capabilities: [[gpu utility]]',
  }),
  'session-waited-in-vain': session({
    ...failed,
    endReason: 'queue_expired',
    host: null,
    devices: [],
  }),
  ready: renderReady(aView(), link),
  'ready-with-ssh': renderReady(aView({ ssh, keyIds: ['key-1'] }), link),
  'ready-without-keys': renderReady(aView({ ssh, keyIds: [] }), link),
  'ending-soon': renderEndingSoon(aView({ until: noonPlus(900) })),
  'news-extended': renderSessionNews(aView({ held: 72_000_000n }), {
    kind: 'extended',
    by: 'bob',
    seconds: 3600,
    until: noonPlus(7200),
  }),
  'news-warned': renderSessionNews(aView(), { kind: 'warned', seconds: 900 }),
  'news-silent': renderSessionNews(aView(), { kind: 'silent' }),
  'news-ended': renderSessionNews(aView({ ...ended, endReason: 'lease_expired' }), {
    kind: 'ended',
  }),
};
