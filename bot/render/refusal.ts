import { unreachable } from '../../core/assert.ts';
import type { Message, Text } from '../../core/message.ts';
import type { Refusal } from '../../core/refusal.ts';
import { formatDuration } from '../duration.ts';
import {
  clock,
  code,
  creditsOf,
  devicesWords,
  eitherOf,
  inCredits,
  nearest,
  sentence,
} from './words.ts';

type RefusalOf<K extends Refusal['kind']> = Extract<Refusal, { kind: K }>;

/** Every refusal in a sentence with the way out. */
export function renderRefusal(refusal: Refusal): Message {
  return sentence('warning', ...refusalWords(refusal));
}

function refusalWords(refusal: Refusal): Text {
  switch (refusal.kind) {
    case 'nothing_typed':
      return ['Say what to do: ', code('/gpu start a100 2h'), ', or ', code('/gpu help'), '.'];
    case 'unknown_command':
      return unknownCommand(refusal);
    case 'argument_missing':
      return [`${refusal.command} needs a ${refusal.argument}: `, code(`/gpu ${refusal.example}`)];
    case 'argument_not_understood':
      return [
        `I do not understand “${refusal.typed}” there. ${refusal.command} is written like `,
        code(`/gpu ${refusal.example}`),
      ];
    case 'flag_unknown':
      return [
        `${refusal.command} does not know ${refusal.typed}`,
        refusal.flags.length > 0 ? `, only ${eitherOf(refusal.flags)}.` : '; it takes no options.',
      ];
    case 'duration_not_understood':
      return durationWords(refusal.typed);
    case 'unknown_image':
      return unknown('image', refusal.typed, refusal.offered);
    case 'person_unknown':
      return [
        `I do not know you here yet (${refusal.platform} ${refusal.externalId}). `,
        'An admin can add you under teams, people in dibs.yaml.',
      ];
    case 'not_allowed':
      return refusal.holder === null
        ? ['Only an admin may do that.']
        : [`That session is ${refusal.holder}’s. Only ${refusal.holder} or an admin may do that.`];
    case 'request_key_reused':
      return ['That request key was used for something else. Send a new one with a new request.'];
    case 'no_hosts_yet':
      return ['No host has answered yet. ', code('/gpu list'), ' shows what each one says.'];
    case 'unknown_device_type':
      return unknownDeviceType(refusal);
    case 'too_many_devices':
      return tooManyDevices(refusal);
    case 'none_free':
      return noneFree(refusal);
    case 'queue_full':
      return [`${refusal.limit} requests are waiting already. Try again when the line is shorter.`];
    case 'lease_too_short':
      return [`At least ${formatDuration(refusal.leastSeconds)}, please.`];
    case 'lease_too_long':
      return [
        `${formatDuration(refusal.askedSeconds)} in all is more than the limit of `,
        `${formatDuration(refusal.mostSeconds)} for one lease.`,
      ];
    case 'short_balance':
      return shortBalance(refusal);
    case 'no_session_of_yours':
      return ['You have no session. Start one: ', code('/gpu start a100 2h')];
    case 'which_session':
      return [`You have ${refusal.names.length} sessions. Say which: ${eitherOf(refusal.names)}.`];
    case 'unknown_session':
      return unknown('session', refusal.typed, refusal.living);
    case 'session_over':
      return [
        refusal.state === 'ended' ? `${refusal.name} has ended.` : `${refusal.name} is ending.`,
        ' Start a new one: ',
        code('/gpu start'),
      ];
    case 'stale':
      return ['Things have changed meanwhile. Try again.'];
    default:
      return unreachable(refusal);
  }
}

function unknownCommand({ typed, commands }: RefusalOf<'unknown_command'>): Text {
  const meant = nearest(typed, commands);
  return meant
    ? [`There is no “${typed}”. Did you mean `, code(`/gpu ${meant}`), '?']
    : [`There is no “${typed}”. There is ${eitherOf(commands)}.`];
}

function durationWords(typed: string): Text {
  return /^\d+$/.test(typed)
    ? [
        `${typed} what? Write `,
        code(`${typed}h`),
        ' for hours or ',
        code(`${typed}m`),
        ' for minutes.',
      ]
    : [`“${typed}” is no duration. Write `, code('2h'), ', ', code('90m'), ' or ', code('1h30m')];
}

function unknown(what: string, typed: string, offered: readonly string[]): Text {
  const meant = nearest(typed, offered);
  if (meant) return [`There is no ${what} “${typed}”. Did you mean `, code(meant), '?'];
  return offered.length === 0
    ? [`There is no ${what} “${typed}”, and no other either.`]
    : [`There is no ${what} “${typed}”. There is ${eitherOf(offered.slice(0, 20))}.`];
}

function unknownDeviceType({ typed, offered }: RefusalOf<'unknown_device_type'>): Text {
  const families = offered.map((type) => type.replace(/-\d+gb$/, ''));
  // An h100 is no mistyped a100: who begins otherwise means another device.
  const alike = [...offered, ...families].filter((type) => type[0] === typed[0]);
  return nearest(typed, alike) === null
    ? [`There is no device type “${typed}”. There is ${eitherOf(offered.slice(0, 20))}.`]
    : unknown('device type', typed, [...new Set(alike)]);
}

function tooManyDevices({ asked, most, deviceType }: RefusalOf<'too_many_devices'>): Text {
  return [
    `No host has ${asked} of ${deviceType}. The most on one host is ${most}: `,
    code(`/gpu start ${deviceType}${most > 1 ? `x${most}` : ''} 2h`),
  ];
}

function noneFree({ deviceType, deviceCount, estimatedAt }: RefusalOf<'none_free'>): Text {
  const wanted = devicesWords(deviceCount, deviceType);
  const free = estimatedAt === null ? ['.'] : ['; probably at ', clock(estimatedAt), '.'];
  return [`No ${wanted} is free now`, ...free, ' Leave out ', code('--now'), ' to wait in line.'];
}

function shortBalance(refusal: RefusalOf<'short_balance'>): Text {
  const { account, needed, available, reachesSeconds } = refusal;
  const reaches =
    reachesSeconds >= 60
      ? ` What is there would reach for ${formatDuration(reachesSeconds - (reachesSeconds % 60))}.`
      : '';
  return [
    `That needs ${inCredits(needed)}, and ${account} has ${creditsOf(available)}: `,
    `${inCredits(needed - available)} short.${reaches} Ask for less, or ask an admin.`,
  ];
}
