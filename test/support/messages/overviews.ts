import type { CommandContext } from '../../../bot/commands/command.ts';
import { help } from '../../../bot/commands/help.ts';
import { start } from '../../../bot/commands/start.ts';
import { commands } from '../../../bot/commands/table.ts';
import { renderAudit } from '../../../bot/render/audit.ts';
import { renderBoard } from '../../../bot/render/overview.ts';
import { renderRefusal } from '../../../bot/render/refusal.ts';
import type { EventView } from '../../../core/audit.ts';
import type { Message } from '../../../core/message.ts';
import type { BoardHost } from '../../../core/view.ts';
import { noonPlus } from '../facts.ts';
import { aDevice, aView } from '../session-view.ts';
import { noon } from '../world.ts';

const credit = 3_600_000n;

function aHost(name: string, facts: Partial<BoardHost> = {}): BoardHost {
  return {
    name,
    state: 'ready',
    simulated: false,
    engine: 'docker 28.5.1',
    driver: null,
    cuda: null,
    seenAt: noon,
    fault: null,
    devices: [],
    ...facts,
  };
}

const taken = (name: string, holder: string, until: Date | null) =>
  ({ name, holder, state: until ? 'running' : 'starting', until }) as const;
const sessions = [
  taken('brave-otter', 'bob', noonPlus(3600)),
  taken('brave-otter', 'bob', noonPlus(3600)),
  taken('calm-owl', 'alice', null),
  null,
];
const hosts = [
  aHost('gpu-1', {
    devices: sessions.map((session, index) => ({
      ...aDevice({ index }),
      state: 'offered',
      session,
    })),
  }),
  aHost('gpu-2', {
    devices: [{ ...aDevice({ type: 'rtx4090' }), state: 'offered', session: null }],
    fault: 'no answer in 5 s',
  }),
];
const queue = [
  aView({ name: 'keen-yak', holder: { personId: 'c', name: 'carol' }, deviceCount: 4 }),
];

export const aBoard = { hosts, queue };
export const prices = { default: 10_000n, rtx4090: 2500n };

function anEvent(facts: Partial<EventView>): EventView {
  return {
    id: 'event-1',
    at: noon,
    actor: {
      kind: 'person',
      personId: 'bob',
      name: 'bob',
      team: 'lab',
      platform: 'slack',
      channel: 'C1',
    },
    action: 'start',
    input: { deviceType: 'a100', deviceCount: 1, leaseSeconds: 7200 },
    facts: { accounts: [{ name: 'lab', posted: 480n * credit, held: 20n * credit }] },
    outcome: { kind: 'accepted', result: {} },
    session: { id: 's', name: 'brave-otter', holder: 'bob' },
    request: null,
    account: 'lab',
    ...facts,
  };
}

const refused: EventView['outcome'] = {
  kind: 'refused',
  refusal: { kind: 'device_limit', whose: 'person', limit: 2, used: 2, asked: 1 },
};

/** Help reads nothing but the table. */
const helped = async (values: Record<string, unknown>): Promise<Message> => {
  const context = { commands } as unknown as CommandContext;
  return (await help.run(context, { values, flags: new Set() })).message;
};

/** What people ask to see, and what they are refused. */
export const overviewMessages: Readonly<Record<string, Message>> = {
  board: renderBoard(aBoard, prices),
  audit: renderAudit(
    { differences: [], size: { accounts: 12, transfers: 1043, sessions: 210, requests: 17 } },
    [
      anEvent({}),
      anEvent({ outcome: refused }),
      anEvent({
        actor: { kind: 'system', name: 'expiry' },
        action: 'expire',
        outcome: { kind: 'accepted', result: { kind: 'ended' } },
        facts: {},
      }),
    ],
    'lab',
  ),
  help: await helped({}),
  'help-start': await helped({ command: start }),
  'refusal-short-balance': renderRefusal({
    kind: 'short_balance',
    account: 'lab',
    needed: 20n * credit,
    available: 5n * credit,
    reachesSeconds: 1859,
  }),
  'refusal-device-type': renderRefusal({
    kind: 'unknown_device_type',
    typed: 'a10O',
    offered: ['a100-80gb', 'rtx4090'],
  }),
  'refusal-none-free': renderRefusal({
    kind: 'none_free',
    deviceType: 'a100',
    deviceCount: 2,
    estimatedAt: noonPlus(5400),
  }),
  'refusal-limit': renderRefusal({
    kind: 'spending_limit',
    period: 'week',
    limit: 100n * credit,
    charged: 80n * credit,
    held: 10n * credit,
    needed: 20n * credit,
    resetsAt: noonPlus(561_600),
  }),
  'refusal-not-yours': renderRefusal({
    kind: 'not_allowed',
    needs: 'holder or admin',
    holder: 'bob',
  }),
};
