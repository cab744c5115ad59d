import type { Message, MessagePart, Text } from '../../core/message.ts';
import { type PriceList, priceOf, sortedTypes } from '../../core/policy.ts';
import type { Board, BoardHost, SessionView } from '../../core/view.ts';
import { clock, code, devicesWords, priceWords, sentence } from './words.ts';

/** How much of a board is shown where it is one thing among others. */
type BoardLimits = { taken: number; waiting: number };

const allOfIt: BoardLimits = { taken: Infinity, waiting: Infinity };

/** What is free, in use and waiting. */
export function renderBoard(board: Board, prices: PriceList, most = allOfIt): Message {
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
      ...takenParts(board.hosts, most.taken),
      ...board.hosts.flatMap(({ fault, name }): MessagePart[] =>
        fault === null ? [] : [{ kind: 'text', text: [`${name} does not answer: ${fault}`] }],
      ),
      ...queueParts(board.queue, most.waiting),
    ],
  };
}

function hostsWithoutDevices({ hosts }: Board): Text {
  if (hosts.length === 0) return ['There is no host. Add one under hosts in dibs.yaml.'];
  return hosts.flatMap(({ name, fault }) => [`${name}: ${fault ?? 'has not answered yet'}. `]);
}

function takenParts(hosts: readonly BoardHost[], most: number): MessagePart[] {
  const taken = hosts.flatMap(({ name, devices }) =>
    devices.flatMap(({ index, type, session }) =>
      session
        ? [{ where: type === 'cpu' ? `${name} slot ${index}` : `${name} GPU ${index}`, session }]
        : [],
    ),
  );
  const fields = taken.slice(0, most).map(({ where, session }) => ({
    name: where,
    value: [
      `${session.holder}, ${session.name}`,
      ...(session.until ? [', until ', clock(session.until)] : [`, ${session.state}`]),
    ],
  }));
  return [...fieldsPart(fields), ...moreParts(taken.length - most, 'in use')];
}

function queueParts(queue: readonly SessionView[], most: number): MessagePart[] {
  const fields = queue.slice(0, most).map(({ holder, deviceCount, deviceType, name }, at) => ({
    name: `Number ${at + 1} in line`,
    value: [`${holder.name}, ${devicesWords(deviceCount, deviceType)} (${name})`],
  }));
  return [...fieldsPart(fields), ...moreParts(queue.length - most, 'in line')];
}

function fieldsPart(fields: readonly { name: string; value: Text }[]): MessagePart[] {
  return fields.length === 0 ? [] : [{ kind: 'fields', fields }];
}

function moreParts(count: number, what: string): MessagePart[] {
  if (count <= 0) return [];
  return [{ kind: 'text', text: [`And ${count} more ${what}: `, code('/gpu list'), '.'] }];
}
