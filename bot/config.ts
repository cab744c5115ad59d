import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { eitherOf } from './render/words.ts';
import { repeatedNames, type SiteFile, siteFile } from './site-file.ts';

/** Every mistake in the settings, each with its path and what to write instead. */
export class ConfigMistakes extends Error {
  override readonly name = 'ConfigMistakes';
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[]) {
    super(`The settings have ${mistakes.length === 1 ? 'a mistake' : 'mistakes'}.`);
    this.mistakes = mistakes;
  }
}

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

export type Config = SiteFile & {
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

function loadFile(asked: string | undefined): SiteFile {
  const path = resolve(asked ?? 'dibs.yaml');
  if (!existsSync(path)) {
    if (asked === undefined) return siteFile.parse({});
    throw new ConfigMistakes([`DIBS_CONFIG: there is no file ${path}`]);
  }
  const parsed = siteFile.safeParse(readYaml(path) ?? {});
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
    (issue) => `${where}: ${issue.path.map(String).join('.') || 'the whole'}: ${wordsOf(issue)}`,
  );
}

/** What to write instead, where the library would only say what it found. */
function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `there is no setting ${issue.keys.map((key) => `"${key}"`).join(', ')} here; dibs.example.yaml shows them all`;
    case 'invalid_value':
      return `write ${eitherOf(issue.values.map(String))}`;
    case 'invalid_type':
      // Where we said ourselves what to write, that is it.
      return (issue.message.startsWith('Invalid') && writeInstead[issue.expected]) || issue.message;
    default:
      return issue.message;
  }
}

const writeInstead: Readonly<Record<string, string>> = {
  array: 'write a list, each entry behind a dash',
  boolean: 'write true or false',
  int: 'write a whole number',
  number: 'write a number',
  object: 'write it as settings by name, such as { name: … }',
  record: 'write it as settings by name, such as { name: … }',
  string: 'write a word',
};
