import { z } from 'zod';
import { knownCudaMajors } from '../core/cuda.ts';
import type { Channel } from '../core/entity.ts';
import type { Platform } from '../core/message.ts';
import { mostCredits, ticksOfCredits, ticksPerSecondOfPrice } from '../core/money.ts';
import { reservedNames } from '../core/person-name.ts';
import { defaultApproval } from '../core/policy.ts';
import { parseDuration } from './duration.ts';
import { settings } from './settings.ts';

/** What dibs.yaml may hold: all of a site but its secrets. */
export type SiteFile = z.output<typeof siteFile>;

const durationAsked = 'write a duration such as 30m or 24h';
const duration = z.string({ error: durationAsked }).transform((text, context) => {
  const seconds = parseDuration(text);
  if (seconds !== null) return seconds;
  context.addIssue({ code: 'custom', message: durationAsked });
  return z.NEVER;
});
const price = z
  .number()
  .nonnegative({ message: 'write 0 or more' })
  .transform((credits, context) => {
    const ticks = ticksPerSecondOfPrice(credits);
    if (ticks !== null) return ticks;
    context.addIssue({
      code: 'custom',
      message: 'credits per device-hour, three decimals at most',
    });
    return z.NEVER;
  });
const credits = z
  .number()
  .nonnegative({ message: 'write 0 or more' })
  .transform((amount, context) => {
    const ticks = ticksOfCredits(amount);
    if (ticks !== null && amount <= mostCredits) return ticks;
    const message = ticks === null ? 'three decimals at most' : `${mostCredits} credits at most`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
const zone = z
  .string()
  .refine((name) => Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC', {
    message: 'write a zone of the tz database, such as Europe/Berlin',
  });
const word = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, {
  message: 'letters, digits, dot, dash and underscore only',
});
const prices = z
  .object({ default: price })
  .catchall(price)
  .superRefine((types, context) => {
    // Types are in small letters: a price under `A100` would be nobody's.
    for (const type of Object.keys(types).filter((name) => name !== name.toLowerCase()))
      context.addIssue({ code: 'custom', path: [type], message: `write ${type.toLowerCase()}` });
  });

const host = settings({
  name: word,
  docker: z.string().regex(/^(unix:\/\/\/|tcp:\/\/)\S+$/, {
    message: 'write unix:///var/run/docker.sock or tcp://gpu-1:2376',
  }),
  /** A folder with ca.pem, cert.pem and key.pem, as Docker's own client has it. */
  tls: z.string().optional(),
  /** Where people's browsers reach the host; the machine itself if it is this one. */
  address: z.string().optional(),
  probeImage: z.string().default('debian:stable-slim'),
  /** It has NVIDIA's forward-compatibility package: a newer CUDA than its driver's runs. */
  forwardCompatible: z.boolean().default(false),
}).refine(({ docker, tls }) => !docker.startsWith('tcp:') || tls !== undefined, {
  path: ['tls'],
  message: 'a tcp engine is root on its machine: name the folder with ca.pem, cert.pem, key.pem',
});

const publicUrlAsked = 'write an address such as https://gpu.example.org';
const isLoopback = (name: string) => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(name);
const cudaAsked = "write it in quotes, such as '12.8'";
const image = settings({
  name: word,
  reference: z.string().min(1, { message: 'write an image such as python:3.13' }),
  build: z.record(z.string(), z.string()).optional(),
  /** What it is the default for: the first entry of each kind. */
  devices: z.enum(['gpu', 'cpu']).default('gpu'),
  /** That its PyTorch was made for; absent: whatever the driver, it is started. */
  cuda: z
    .string({ error: cudaAsked })
    .regex(/^\d+\.\d+$/, { message: cudaAsked })
    .refine((version) => knownCudaMajors.includes(version.split('.')[0] ?? ''), {
      message: `Dibs knows the drivers of CUDA ${knownCudaMajors.join(', ')}`,
    })
    .optional(),
});

/** A channel as it is written in the file: `slack:C0123456789`. */
const channel = z
  .string()
  .regex(/^(slack|discord|console):\S+$/, {
    message: 'write slack:C0123456789 or console:lab',
  })
  .transform((written): Channel => {
    const colon = written.indexOf(':');
    return { platform: written.slice(0, colon) as Platform, channel: written.slice(colon + 1) };
  });
const emoji = z.string().regex(/^\p{RGI_Emoji}$/v, { message: 'write one emoji, such as ✅' });
const limit = credits.nullable().default(null);
const oneOrMore = { message: 'write 1 or more' };
const devices = z.int().min(1, oneOrMore).nullable().default(null);

const person = settings({
  name: word,
  /** Ends the team's sessions and decides on its credits. */
  admin: z.boolean().default(false),
  /** Their ids where they chat; `/gpu link` adds others. */
  slack: word.optional(),
  discord: word.optional(),
});

/** A user group of Slack by its id or handle, or several. */
const userGroups = z.preprocess(
  (written) => (typeof written === 'string' ? [written] : written),
  z.array(
    z
      .string()
      .regex(/^@?[\p{L}\p{N}][\p{L}\p{N}._-]*$/u, {
        message: 'write a user group’s id or handle, such as S0123456789 or @ml-team',
      })
      .transform((written) => written.replace(/^@/, '')),
  ),
);

const limits = settings({
  /** The longest lease; absent: the policy's. */
  lease: duration.optional(),
  /** What one person may spend of the team's credits, and lease at once. */
  person: settings({ day: limit, week: limit, month: limit, devices }).prefault({}),
  team: settings({ devices }).prefault({}),
}).prefault({});

const approval = settings({
  /** Where requests are posted; absent: where they are made. */
  channel: channel.optional(),
  approve: emoji.default(defaultApproval.approveEmoji),
  deny: emoji.default(defaultApproval.denyEmoji),
  quorumAbove: limit,
  expire: duration.default(defaultApproval.validSeconds),
})
  .refine(({ approve, deny }) => approve !== deny, {
    path: ['deny'],
    message: 'yes and no need two different emoji',
  })
  .prefault({});

const allowance = settings({
  /** The team's account, those of all its members, or that of one by name. */
  to: z.union([z.literal('team'), z.literal('members'), word]),
  every: z.enum(['day', 'week', 'month']),
  amount: credits.refine((ticks) => ticks > 0n, { message: 'more than nothing' }),
  /** How much of what is left of it stays when the next one comes. */
  carryOver: credits.default(0n),
});

const team = settings({
  name: word,
  zone: zone.default('UTC'),
  /** Commands given there are in this team's name, and at its cost. */
  channels: z.array(channel).default([]),
  /** Granted once, when the team is first seen. */
  credits: credits.default(0n),
  people: z.array(person).default([]),
  /** User groups of Slack, beside `people`: who is in them is in the team, or an admin of it. */
  slack: settings({ members: userGroups.default([]), admins: userGroups.default([]) }).prefault({}),
  prices: prices.optional(),
  limits,
  approval,
  allowances: z.array(allowance).default([]),
}).superRefine(({ people, slack, allowances }, context) => {
  const hasGroups = slack.members.length + slack.admins.length > 0;
  if (people.length === 0 && !hasGroups) {
    const message = 'name somebody here, or a user group of Slack under slack: { members: … }';
    context.addIssue({ code: 'custom', path: ['people'], message });
  }
  for (const [at, { to }] of allowances.entries()) {
    // Who comes by a user group has a name only when it was asked.
    const isKnown =
      hasGroups || ['team', 'members'].includes(to) || people.some(({ name }) => name === to);
    const isTwice = allowances.findIndex((other) => other.to === to) < at;
    const path = ['allowances', at, 'to'];
    if (!isKnown)
      context.addIssue({ code: 'custom', path, message: `${to} is not among the people` });
    if (isTwice)
      context.addIssue({ code: 'custom', path, message: `${to} has an allowance already` });
  }
});

const proxy = settings({
  /** Where browsers reach it. A notebook is a stranger's script: its origin is nobody else's. */
  publicUrl: z
    .url({ protocol: /^https?$/, error: publicUrlAsked })
    .transform((address) => new URL(address))
    .refine(({ pathname, search, hash }) => `${pathname}${search}${hash}` === '/', {
      message: `${publicUrlAsked}: it begins at /`,
    })
    .refine(({ protocol, hostname }) => protocol === 'https:' || isLoopback(hostname), {
      message: 'write https://…: over http anybody on the way could take a session over',
    }),
  port: z.int().min(1).max(65_535).default(8443),
  bind: z.string().default('127.0.0.1'),
  /** PEM files, relative to this one; absent: another proxy has the certificate. */
  tls: settings({ certificate: z.string(), key: z.string() }).optional(),
  /** Each session at a name of its own, brave-otter.gpu.example.org. */
  subdomains: z.boolean().default(false),
});

const nameOne = { message: 'name at least one, or leave it out' };
const upTo = (most: number) =>
  z
    .int()
    .min(1, oneOrMore)
    .max(most, { message: `write ${most} or less` });

export const siteFile = settings({
  teams: z.array(team).min(1, nameOne).optional(),
  /** Absent: this machine's Docker engine, or a simulated fleet where none answers. */
  hosts: z.array(host).min(1, nameOne).optional(),
  prices: prices.optional(),
  images: z.array(image).min(1, nameOne).optional(),
  /** Where the catalogue's images are pulled from; absent: each host builds what it needs. */
  registry: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/, {
      message: 'write a registry such as ghcr.io/acme',
    })
    .optional(),
  proxy: proxy.optional(),
  policy: settings({
    leastLease: duration.default(300),
    mostLease: duration.default(86_400),
    queueLimit: upTo(10_000).default(200),
    queueDeadline: duration.default(86_400),
    pendingRequests: upTo(100).default(5),
    startDeadline: duration.default(1800),
    claim: duration.default(30),
    hostSilent: duration.default(60),
    hostLost: duration.default(600),
    stopGrace: duration.default(10),
  })
    .refine(({ leastLease, mostLease }) => leastLease <= mostLease, {
      path: ['leastLease'],
      message: 'it is over mostLease, so nobody could start anything',
    })
    .refine(({ hostSilent, hostLost }) => hostSilent <= hostLost, {
      path: ['hostSilent'],
      message: 'a host is silent before it is lost: not over hostLost',
    })
    .prefault({}),
});

/**
 * Teams, people, hosts and images are called by name, so a name stands for one. Somebody who is
 * named in two teams is one person.
 */
export function repeatedNames({ teams = [], hosts = [], images = [] }: SiteFile): string[] {
  const members = teams.flatMap(({ people }) => people);
  const identities = new Set(
    members.flatMap(({ name, slack, discord }) => [
      ...(slack === undefined ? [] : [`slack:${slack} ${name}`]),
      ...(discord === undefined ? [] : [`discord:${discord} ${name}`]),
    ]),
  );
  const people = [...new Set(members.map(({ name }) => name))];
  const named = {
    // Credits are given to either by name, however it is written.
    'teams and people': [...teams.map(({ name }) => name), ...people, ...reservedNames].map(
      (name) => name.toLowerCase(),
    ),
    ...Object.fromEntries(
      teams.map(({ name, people: own }) => [`people of ${name}`, own.map((person) => person.name)]),
    ),
    'channels of teams': teams.flatMap(({ channels }) =>
      channels.map(({ platform, channel }) => `${platform}:${channel}`),
    ),
    'identities of people': [...identities].map((identity) => identity.split(' ')[0] ?? ''),
    hosts: hosts.map(({ name }) => name),
    'addresses of hosts': hosts.map(({ docker }) => docker),
    images: images.map(({ name }) => name),
  };
  return Object.entries(named).flatMap(([list, names]) =>
    names
      .filter((name, at) => names.indexOf(name) !== at)
      .map((name) => `${list}: ${name} is there twice`),
  );
}
