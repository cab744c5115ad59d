import type { Message, MessagePart, Text } from '../../core/message.ts';
import { type PriceList, priceOf, sortedTypes } from '../../core/policy.ts';
import type { Board, BoardHost, SessionView } from '../../core/view.ts';
import { clock, devicesWords, priceWords, sentence } from './words.ts';

/** What is free, in use and waiting. */
export function renderBoard(board: Board, prices: PriceList): Message {
  const devices = board.hosts.flatMap(({ devices: list }) => list);
  const offered = devices.filter(({ state }) => state === 'offered');
  const types = sortedTypes(offered.map(({ type }) => type));
  if (types.length === 0) return sentence('warning', ...hostsWithoutDevices(board));
  const rows = types.map((type) => {
    const ofType = offered.filter((device) => device.type === type);
    const free = ofType.filter(({ session }) => session === null).length;
    return [type, `${free} of ${ofType.length}`, priceWords(priceOf(prices, type))];
  });
  const simulated = board.hosts.some((host) => host.simulated);
  return {
    title: simulated ? 'Devices (simulated)' : 'Devices',
    tone: 'neutral',
    parts: [
      {
        kind: 'table',
        columns: [
          { name: 'Type', align: 'left' },
          { name: 'Free', align: 'right' },
          { name: 'Credits/h', align: 'right' },
        ],
        rows,
      },
      ...board.hosts.flatMap(hostPart),
      ...board.hosts.flatMap(({ fault, name }): MessagePart[] =>
        fault === null ? [] : [{ kind: 'text', text: [`${name} does not answer: ${fault}`] }],
      ),
      ...(board.queue.length > 0 ? [queuePart(board.queue)] : []),
    ],
  };
}

function hostsWithoutDevices({ hosts }: Board): Text {
  if (hosts.length === 0) return ['There is no host. Add one under hosts in dibs.yaml.'];
  return hosts.flatMap(({ name, fault }) => [`${name}: ${fault ?? 'has not answered yet'}. `]);
}

function hostPart({ name, devices }: BoardHost): MessagePart[] {
  const taken = devices.flatMap(({ index, type, session }) =>
    session ? [{ index, type, session }] : [],
  );
  if (taken.length === 0) return [];
  return [
    {
      kind: 'fields',
      fields: taken.map(({ index, type, session }) => ({
        name: type === 'cpu' ? `${name} slot ${index}` : `${name} GPU ${index}`,
        value: [
          `${session.holder}, ${session.name}`,
          ...(session.until ? [', until ', clock(session.until)] : [`, ${session.state}`]),
        ],
      })),
    },
  ];
}

function queuePart(queue: readonly SessionView[]): MessagePart {
  return {
    kind: 'fields',
    fields: queue.map(({ holder, deviceCount, deviceType, name }, at) => ({
      name: `Number ${at + 1} in line`,
      value: [`${holder.name}, ${devicesWords(deviceCount, deviceType)} (${name})`],
    })),
  };
}
