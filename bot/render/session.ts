import { assert, unreachable } from '../../core/assert.ts';
import { endReasons } from '../../core/end-reason.ts';
import type { Message, MessageAction, MessagePart, Text } from '../../core/message.ts';
import { readyMillisAt, readySeconds } from '../../core/meter.ts';
import { cost } from '../../core/money.ts';
import type { DeviceView, SessionView } from '../../core/view.ts';
import { formatExactDuration } from '../duration.ts';
import { indexWords } from './index-words.ts';
import { progressPart } from './progress.ts';
import { verdictPart } from './verdict.ts';
import {
  clock,
  creditsOf,
  devicesWords,
  inCredits,
  priceWords,
  relative,
  strong,
  typedDevices,
} from './words.ts';

/** Where a queued session stands. */
export type Place = { position: number; estimatedAt: Date | null; reason: string };

/** The session's own public message, in whatever state it is. */
export function renderSession(session: SessionView, place: Place | null): Message {
  const { name } = session;
  const title = session.simulated ? `${name} (simulated)` : name;
  const what: MessagePart = { kind: 'text', text: whatAndWhere(session) };
  switch (session.state) {
    case 'requested':
      return {
        title,
        tone: 'progress',
        parts: [
          what,
          { kind: 'text', text: session.queued ? placeWords(place) : ['About to start.'] },
          actions(stopAction(session, session.queued ? 'Leave the line' : 'Stop')),
        ],
      };
    case 'starting':
      return {
        title,
        tone: 'progress',
        parts: [what, progressPart(session.progress), actions(stopAction(session, 'Stop'))],
      };
    case 'running':
      return {
        title,
        tone: session.readySince === null ? 'warning' : 'good',
        parts: [what, ...runningParts(session)],
      };
    case 'stopping':
    case 'ended':
      return { title, tone: endTone(session), parts: [what, ...endedParts(session)] };
    default:
      return unreachable(session.state);
  }
}

export function renderEndingSoon(session: SessionView): Message {
  const price = cost(session.deviceCount, 3600, session.ticksPerSecond);
  const { name } = session;
  return {
    title: `${session.name} ends soon`,
    tone: 'warning',
    parts: [
      {
        kind: 'text',
        text: session.until
          ? ['It ends ', relative(session.until), ', at ', clock(session.until), '.']
          : ['It ends soon.'],
      },
      actions(
        {
          label: `Extend +1 h (${inCredits(price)})`,
          command: `extend ${name} 1h`,
          style: 'primary',
          confirm: null,
          asks: null,
          settles: true,
        },
        { ...button('Let it end', `quiet ${name}`), settles: true },
      ),
    ],
  };
}

export function renderEnded(session: SessionView): Message {
  const { name } = session;
  // To whom it is told once, it is over: the devices are set free without them.
  const parts = endedParts({ ...session, state: 'ended' });
  return { title: `${name} ended`, tone: endTone(session), parts };
}

function whatAndWhere({
  holder,
  deviceType,
  deviceCount,
  devices,
  host,
  image,
}: SessionView): Text {
  const type = devices[0]?.type ?? deviceType;
  const indexes = indexWords(devices.map(({ index }) => index));
  const numbers = devices.length === 0 || type === 'cpu' ? '' : ` (GPU ${indexes})`;
  return [
    { kind: 'mention', personId: holder.personId, name: holder.name },
    ' · ',
    strong(devicesWords(deviceCount, type)),
    host === null ? '' : ` on ${host}${numbers}`,
    ` · ${image}`,
  ];
}

export function placeWords(place: Place | null): Text {
  if (place === null) return ['Waiting in line.'];
  const estimate: Text =
    place.estimatedAt === null
      ? ['cannot be foretold yet.']
      : ['about ', clock(place.estimatedAt), '.'];
  return [`Number ${place.position} in line: ${place.reason}. Start: `, ...estimate];
}

function runningParts(session: SessionView): MessagePart[] {
  const { name, held, until, devices, readySince, verdict, ssh } = session;
  const gpus = devices.filter(({ sample }) => sample !== null);
  return [
    {
      kind: 'fields',
      fields: [
        ...(until
          ? [
              {
                name: readySince === null ? 'Until' : 'Ready until',
                value: [clock(until), ' (', relative(until), ')'] satisfies Text,
              },
            ]
          : []),
        { name: 'Held', value: [inCredits(held)] },
        { name: 'Price', value: [`${priceWords(session.ticksPerSecond)} credits a device-hour`] },
      ],
    },
    ...(readySince === null
      ? [{ kind: 'text', text: ['Its host does not answer. This time is not charged.'] } as const]
      : []),
    ...(gpus.length > 0 ? [samplesPart(gpus)] : []),
    ...(verdict === null ? [] : [verdictPart(verdict)]),
    actions(
      { ...button('Open', `open ${name}`), style: 'primary' },
      ...(ssh === null ? [] : [button('SSH', `ssh ${name}`)]),
      button('nvidia-smi', `status ${name}`),
      button('Extend +1 h', `extend ${name} 1h`),
      stopAction(session, 'Stop'),
    ),
  ];
}

/** nvidia-smi's figures in a line for each device, as narrow as a phone. */
function samplesPart(devices: readonly DeviceView[]): MessagePart {
  const isMixed = new Set(devices.map(({ type }) => type)).size > 1;
  const names = ['GPU', ...(isMixed ? ['Type'] : []), 'Use', 'Memory (GiB)', 'Temp', 'Power'];
  const figure = (value: number | null | undefined, unit: string) =>
    value === null || value === undefined ? '–' : `${Math.round(value)} ${unit}`;
  const rows = devices.map(({ index, type, memoryMib, sample }) => [
    String(index),
    ...(isMixed ? [type] : []),
    figure(sample?.utilizationPercent, '%'),
    `${gibibytes(sample?.memoryUsedMib ?? 0)} / ${gibibytes(memoryMib)}`,
    figure(sample?.temperatureCelsius, '°C'),
    figure(sample?.powerWatts, 'W'),
  ]);
  const columns = names.map((name) => {
    const align = name === 'GPU' || name === 'Type' ? 'left' : 'right';
    return { name, align } as const;
  });
  return { kind: 'table', columns, rows };
}
const gibibytes = (mebibytes: number) => Math.round(mebibytes / 1024);

function endedParts(session: SessionView): MessagePart[] {
  const { endReason, faultDetail, name } = session;
  assert(endReason, 'what ends has a reason');
  const why: Text = [
    session.state === 'ended' ? 'Ended: ' : 'Ending: ',
    endReasons[endReason].words,
    faultDetail === null ? '.' : ` (${faultDetail}).`,
  ];
  const isFailed = endReasons[endReason].billed === 'nothing';
  return [
    { kind: 'text', text: why },
    { kind: 'text', text: receipt(session) },
    ...(isFailed && session.state === 'ended'
      ? [actions(button('Try again', againOf(session)))]
      : []),
    ...(session.state === 'stopping'
      ? [{ kind: 'progress', label: `Removing the container of ${name}`, fraction: null } as const]
      : []),
  ];
}

function againOf({ deviceType, deviceCount, leaseSeconds, image }: SessionView): string {
  const devices = typedDevices(deviceType, deviceCount);
  return `start ${devices} ${formatExactDuration(leaseSeconds)} ${image}`;
}

/** Exactly what was charged: devices × whole ready seconds × price. */
function receipt({
  charged,
  readyMillis,
  deviceCount,
  ticksPerSecond,
  account,
}: SessionView): Text {
  if (charged === null) return ['Nothing was charged.'];
  const seconds = readySeconds(readyMillis);
  return [
    strong(inCredits(charged)),
    ` from ${account}: ${deviceCount} × ${formatExactDuration(seconds)} at `,
    `${priceWords(ticksPerSecond)} credits an hour (${charged.toLocaleString('en')} ticks).`,
  ];
}

/** What has been used so far, for the status. */
export function usedSoFar(session: SessionView, now: Date): Text {
  const seconds = readySeconds(readyMillisAt(session, session, now));
  const ticks = cost(session.deviceCount, seconds, session.ticksPerSecond);
  return [`${formatExactDuration(seconds)}, ${creditsOf(ticks)} of ${inCredits(session.held)}`];
}

function endTone({ endReason }: SessionView): Message['tone'] {
  if (endReason === null || endReasons[endReason].billed === 'nothing') return 'bad';
  const isExpected = endReason.startsWith('stopped_') || endReason === 'lease_expired';
  return isExpected ? 'neutral' : 'bad';
}

function button(label: string, command: string): MessageAction {
  return { label, command, style: 'plain', confirm: null, asks: null, settles: false };
}

function stopAction({ name, state }: SessionView, label: string): MessageAction {
  const confirm =
    state === 'running' ? `Stop ${name}? Files in /workspace stay, running programs end.` : null;
  return { label, command: `stop ${name}`, style: 'danger', confirm, asks: null, settles: false };
}

function actions(...list: MessageAction[]): MessagePart {
  return { kind: 'actions', actions: list };
}
