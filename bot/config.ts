import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { ticksOfCredits, ticksPerSecondOfPrice } from '../core/money.ts';
import { parseDuration } from './duration.ts';

/** Every mistake in the settings, each with its path and what to write instead. */
export class ConfigMistakes extends Error {
  override readonly name = 'ConfigMistakes';
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[]) {
    super(`The settings have ${mistakes.length === 1 ? 'a mistake' : 'mistakes'}.`);
    this.mistakes = mistakes;
  }
}

const durationAsked = 'write a duration such as 30m or 24h';
const duration = z.string({ error: durationAsked }).transform((text, context) => {
  const seconds = parseDuration(text);
  if (seconds !== null) return seconds;
  context.addIssue({ code: 'custom', message: durationAsked });
  return z.NEVER;
});
const price = z
  .number()
  .nonnegative()
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
  .nonnegative()
  .transform((amount, context) => {
    const ticks = ticksOfCredits(amount);
    if (ticks !== null) return ticks;
    context.addIssue({ code: 'custom', message: 'three decimals at most' });
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

const host = z
  .strictObject({
    name: word,
    docker: z.string().regex(/^(unix:\/\/\/|tcp:\/\/)\S+$/, {
      message: 'write unix:///var/run/docker.sock or tcp://gpu-1:2376',
    }),
    /** A folder with ca.pem, cert.pem and key.pem, as Docker's own client has it. */
    tls: z.string().optional(),
    /** Where people's browsers reach the host; the machine itself if it is this one. */
    address: z.string().optional(),
    probeImage: z.string().default('debian:stable-slim'),
  })
  .refine(({ docker, tls }) => !docker.startsWith('tcp:') || tls !== undefined, {
    path: ['tls'],
    message: 'a tcp engine is root on its machine: name the folder with ca.pem, cert.pem, key.pem',
  });

const image = z.strictObject({
  name: word,
  reference: z.string().min(1),
  build: z.record(z.string(), z.string()).optional(),
  /** What it is the default for: the first entry of each kind. */
  devices: z.enum(['gpu', 'cpu']).default('gpu'),
});

const team = z.strictObject({
  name: word,
  zone: zone.default('UTC'),
  /** Granted once, when the team is first seen. */
  credits: credits.default(0n),
  people: z.array(z.strictObject({ name: word, admin: z.boolean().default(false) })).min(1),
});

const file = z.strictObject({
  teams: z.array(team).min(1).optional(),
  /** Absent: this machine's Docker engine, or a simulated fleet where none answers. */
  hosts: z.array(host).min(1).optional(),
  prices: prices.optional(),
  images: z.array(image).min(1).optional(),
  policy: z
    .strictObject({
      leastLease: duration.default(300),
      mostLease: duration.default(86_400),
      queueLimit: z.int().min(1).max(10_000).default(200),
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

/** Settings of the process, and where its secrets come from. The README's table is made of this. */
export const environment = z.object({
  DIBS_PORT: z.coerce
    .number({ error: 'write a port such as 8080' })
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('Port of the console and the HTTP API.'),
  DIBS_BIND: z.string().default('127.0.0.1').describe('Address to listen on.'),
  DIBS_DATA: z.string().min(1).default('./data').describe('Folder of the embedded database.'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { message: 'write postgres://user:password@host:5432/dibs' })
    .optional()
    .describe('Postgres server, 15 or newer. Absent: the embedded database.'),
  DIBS_CONFIG: z
    .string()
    .min(1)
    .optional()
    .describe('Configuration file. Absent: ./dibs.yaml if there is one.'),
  DIBS_FLEET: z
    .enum(['auto', 'docker', 'simulated'])
    .default('auto')
    .describe(
      'Without hosts in the configuration: `auto` takes this machine’s Docker engine, or a simulated fleet where none answers.',
    ),
  DIBS_CONSOLE: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      'The trial page, on which whoever reaches the port may speak as anybody. `auto`: only when listening on loopback.',
    ),
  DIBS_LOG: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is logged, as JSON lines on standard error.'),
});

export type Config = z.output<typeof file> & {
  port: number;
  bind: string;
  dataFolder: string;
  fleet: 'auto' | 'docker' | 'simulated';
  /** The trial page, on which whoever opens it may speak as anybody. */
  console: boolean;
  logLevel: z.output<typeof environment>['DIBS_LOG'];
  databaseUrl: string | null;
};

/** Reads the environment and dibs.yaml, once. Throws `ConfigMistakes` with all that is wrong. */
export function loadConfig(variables: Record<string, string | undefined> = process.env): Config {
  // An empty variable means that it is not set: compose files pass on what they do not have.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const env = environment.safeParse(given);
  if (!env.success) throw new ConfigMistakes(mistakesOf(env.error, 'environment'));
  const site = loadFile(env.data.DIBS_CONFIG);
  return {
    ...site,
    port: env.data.DIBS_PORT,
    bind: env.data.DIBS_BIND,
    dataFolder: resolve(env.data.DIBS_DATA),
    fleet: env.data.DIBS_FLEET,
    console: isConsoleOn(env.data),
    logLevel: env.data.DIBS_LOG,
    databaseUrl: env.data.DATABASE_URL ?? null,
  };
}

/** Never beyond loopback unless told so. */
function isConsoleOn({ DIBS_CONSOLE, DIBS_BIND }: z.output<typeof environment>): boolean {
  if (DIBS_CONSOLE !== 'auto') return DIBS_CONSOLE === 'on';
  return ['127.0.0.1', '::1', 'localhost'].includes(DIBS_BIND);
}

function loadFile(asked: string | undefined): z.output<typeof file> {
  const path = resolve(asked ?? 'dibs.yaml');
  if (!existsSync(path)) {
    if (asked === undefined) return file.parse({});
    throw new ConfigMistakes([`DIBS_CONFIG: there is no file ${path}`]);
  }
  const parsed = file.safeParse(readYaml(path) ?? {});
  if (!parsed.success) throw new ConfigMistakes(mistakesOf(parsed.error, path));
  const hosts = parsed.data.hosts?.map((entry) =>
    entry.tls === undefined ? entry : { ...entry, tls: resolve(dirname(path), entry.tls) },
  );
  const mistakes = repeatedNames({ ...parsed.data, hosts });
  if (mistakes.length > 0) throw new ConfigMistakes(mistakes.map((line) => `${path}: ${line}`));
  return { ...parsed.data, hosts };
}

function readYaml(path: string): unknown {
  try {
    return parseYaml(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof YAMLParseError) throw new ConfigMistakes([`${path}: ${error.message}`]);
    throw error;
  }
}

function mistakesOf(error: z.ZodError, where: string): string[] {
  return error.issues.map(
    ({ path, message }) => `${where}: ${path.map(String).join('.') || 'the whole'}: ${message}`,
  );
}

/** People, hosts, teams and images are called by name, so a name stands for one. */
function repeatedNames({ teams = [], hosts = [], images = [] }: z.output<typeof file>): string[] {
  const named = {
    teams: teams.map(({ name }) => name),
    people: teams.flatMap(({ people }) => people.map(({ name }) => name)),
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
