import type { Message, Text } from '../../core/message.ts';
import type { Refusal } from '../../core/refusal.ts';
import { formatDuration } from '../duration.ts';
import { creditRefusals } from './credit-refusal.ts';
import { keyRefusals } from './key-refusal.ts';
import { sshConfigPart } from './ready.ts';
import {
  clock,
  code,
  creditsOf,
  devicesWords,
  eitherOf,
  inCredits,
  nearest,
  sentence,
  thereAre,
} from './words.ts';

type RefusalOf<K extends Refusal['kind']> = Extract<Refusal, { kind: K }>;

/** Every refusal in a sentence with the way out. */
export function renderRefusal(refusal: Refusal): Message {
  // The table has for each kind what takes that kind, which the compiler cannot follow from here.
  const say = words[refusal.kind] as (of: Refusal) => Text;
  const message = sentence('warning', ...say(refusal));
  if (refusal.kind !== 'no_ssh_simulated') return message;
  const sample = {
    name: refusal.name,
    host: 'gpu-1',
    ssh: { host: 'gpu-1.example', port: 32_022 },
  };
  return { ...message, parts: [...message.parts, sshConfigPart(sample)] };
}

type Words = { [K in Refusal['kind']]: (refusal: RefusalOf<K>) => Text };

const words: Words = {
  ...creditRefusals,
  ...keyRefusals,
  nothing_typed: () => [
    'Say what to do: ',
    code('/gpu start a100 2h'),
    ', or ',
    code('/gpu help'),
    '.',
  ],
  unknown_command: unknownCommand,
  argument_missing: (refusal) => [
    `${refusal.command} needs a ${refusal.argument}: `,
    code(`/gpu ${refusal.example}`),
  ],
  argument_not_understood: (refusal) => [
    `I do not understand “${refusal.typed}” there. ${refusal.command} is written like `,
    code(`/gpu ${refusal.example}`),
  ],
  flag_unknown: (refusal) => [
    `${refusal.command} does not know ${refusal.typed}`,
    refusal.flags.length > 0 ? `, only ${eitherOf(refusal.flags)}.` : '; it takes no options.',
  ],
  duration_not_understood: (refusal) => durationWords(refusal.typed),
  unknown_image: unknownImage,
  unknown_subject: (refusal) => [
    `There is no person, session or request “${refusal.typed}”. Write `,
    code('@bob'),
    ', ',
    code('brave-otter'),
    ' or the number of a request.',
  ],
  person_unknown: (refusal) => [
    `I do not know you here yet (${refusal.platform} ${refusal.externalId}). `,
    'An admin can add you under teams, people in dibs.yaml; or, where you are known, type ',
    code('/gpu link'),
    ', and here the code that it makes.',
  ],
  not_allowed: notAllowed,
  guests_refused: (refusal) => [
    `${refusal.command} is for members of this workspace, and you are here as a guest. `,
    'Ask the one who invited you to start it for you.',
  ],
  request_key_reused: () => [
    'That request key was used for something else. Send a new one with a new request.',
  ],
  no_hosts_yet: () => [
    'No host has answered yet. ',
    code('/gpu list'),
    ' shows what each one says.',
  ],
  unknown_device_type: unknownDeviceType,
  too_many_devices: tooManyDevices,
  image_cannot_run: imageCannotRun,
  no_ssh: (refusal) => [
    `${refusal.name} runs ${refusal.image}, which has no SSH server. Its terminal is in JupyterLab: `,
    code(`/gpu open ${refusal.name}`),
    '.',
  ],
  no_ssh_simulated: ({ name }) => [
    `${name} is simulated, and simulated sessions have no SSH. On a real host this shows `,
    code('ssh -p 32022 dibs@gpu-1.example'),
    ', a link that opens VS Code, and for ',
    code('~/.ssh/config'),
    ':',
  ],
  none_free: noneFree,
  queue_full: (refusal) => [
    `${refusal.limit} requests are waiting already. Try again when the line is shorter.`,
  ],
  lease_too_short: (refusal) => [`At least ${formatDuration(refusal.leastSeconds)}, please.`],
  lease_too_long: (refusal) => [
    `${formatDuration(refusal.askedSeconds)} in all is more than the limit of `,
    `${formatDuration(refusal.mostSeconds)} for one lease.`,
  ],
  short_balance: shortBalance,
  no_session_of_yours: () => ['You have no session. Start one: ', code('/gpu start a100 2h')],
  which_session: (refusal) => [
    `You have ${refusal.names.length} sessions. Say which: ${eitherOf(refusal.names)}.`,
  ],
  unknown_session: (refusal) => unknown('session', refusal.typed, refusal.living),
  session_over: (refusal) => [
    refusal.state === 'ended' ? `${refusal.name} has ended.` : `${refusal.name} is ending.`,
    ' Start a new one: ',
    code('/gpu start'),
  ],
  not_ready: ({ name }) => [`${name} is not ready yet. The link comes by itself when it is.`],
  stale: () => ['Things have changed meanwhile. Try again.'],
};

function notAllowed({ needs, holder }: RefusalOf<'not_allowed'>): Text {
  if (holder === null) return ['Only an admin of that team may do that.'];
  const may = needs === 'holder' ? holder : `${holder} or an admin`;
  return [`That session is ${holder}’s. Only ${may} may do that.`];
}

function unknownCommand({ typed, commands }: RefusalOf<'unknown_command'>): Text {
  const meant = nearest(typed, commands);
  return meant
    ? [`There is no “${typed}”. Did you mean `, code(`/gpu ${meant}`), '?']
    : [`There is no “${typed}”. ${thereAre(commands)}.`];
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
  if (meant) return didYouMean(what, typed, meant);
  return offered.length === 0
    ? [`There is no ${what} “${typed}”, and no other either.`]
    : [`There is no ${what} “${typed}”. ${thereSome(offered, 20)}.`];
}

function didYouMean(what: string, typed: string, meant: string): Text {
  return [`There is no ${what} “${typed}”. Did you mean `, code(meant), '?'];
}

/** Some of them, and how many there are besides. */
function thereSome(words: readonly string[], most: number): string {
  const rest = words.length - most;
  return thereAre(rest > 0 ? [...words.slice(0, most), `${rest} more`] : words);
}

function unknownImage({ typed, offered, meant }: RefusalOf<'unknown_image'>): Text {
  if (meant !== null) return didYouMean('image', typed, meant);
  if (offered.length <= mostImages) return unknown('image', typed, offered);
  return [
    `There is no image “${typed}”. ${thereSome(offered, mostImages)}: `,
    code('npx dibs images list'),
    ' shows all, where Dibs runs.',
  ];
}

const mostImages = 8;

function unknownDeviceType({ typed, offered }: RefusalOf<'unknown_device_type'>): Text {
  const families = offered.map((type) => type.replace(/-\d+gb$/, ''));
  // An h100 is no mistyped a100: who begins otherwise means another device.
  const alike = [...offered, ...families].filter((type) => type[0] === typed[0]);
  return nearest(typed, alike) === null
    ? [`There is no device type “${typed}”. ${thereSome(offered, 20)}.`]
    : unknown('device type', typed, [...new Set(alike)]);
}

function imageCannotRun(refusal: RefusalOf<'image_cannot_run'>): Text {
  const { image, cuda, compute, leastDriver, obstacles, images } = refusal;
  const why = obstacles.map(({ host, driver, type, why: what }) =>
    what === 'driver'
      ? `${host} has driver ${driver}, and CUDA ${cuda} needs ${leastDriver} or newer`
      : `its PyTorch is not made for the ${type} of ${host}, but for compute capability ${compute?.least} to ${compute?.most}`,
  );
  return [
    `${image} cannot run there: ${why.join('; ')}. `,
    images.length === 0
      ? 'No image here can: an admin must update the driver.'
      : `These can: ${images.slice(0, 8).join(', ')}${images.length > 8 ? ' …' : '.'}`,
  ];
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
    `${inCredits(needed - available)} short.${reaches} Ask for less, or ask for credits: `,
    code('/gpu request'),
  ];
}
