import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { type Secret, secretOf } from '../core/secret.ts';
import { type Environment, environment } from './environment.ts';
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

export type Config = SiteFile & {
  port: number;
  bind: string;
  dataFolder: string;
  fleet: 'auto' | 'docker' | 'simulated';
  /** The trial page, on which whoever opens it may speak as anybody. */
  console: boolean;
  logLevel: Environment['DIBS_LOG'];
  databaseUrl: string | null;
  /** Of Docker's own settings; null: where Docker has them. */
  dockerFolder: string | null;
  /** Null: no Slack. One of the app token (Socket Mode) and the signing secret (HTTP) is there. */
  slack: SlackSettings | null;
};

/** Variables by their names. */
export type Settings = Readonly<Record<string, string | undefined>>;

export type SlackSettings = {
  botToken: Secret;
  appToken: Secret | null;
  signingSecret: Secret | null;
  apiUrl: string;
};

/** Reads the environment and dibs.yaml, once. Throws `ConfigMistakes` with all that is wrong. */
export function loadConfig(variables: Settings = surroundings()): Config {
  // An empty variable means that it is not set: compose files pass on what they do not have.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const env = environment.safeParse(given);
  const wrong = env.success ? slackMistakes(env.data) : mistakesOf(env.error, 'environment');
  const site = loadFile(given['DIBS_CONFIG'], wrong);
  if (!env.success || wrong.length > 0) throw new ConfigMistakes(wrong);
  return {
    ...site,
    port: env.data.DIBS_PORT,
    bind: env.data.DIBS_BIND,
    dataFolder: resolve(env.data.DIBS_DATA),
    fleet: env.data.DIBS_FLEET,
    console: isConsoleOn(env.data),
    logLevel: env.data.DIBS_LOG,
    databaseUrl: env.data.DATABASE_URL ?? null,
    dockerFolder: env.data.DOCKER_CONFIG ?? null,
    slack: slackOf(env.data),
  };
}

/** That of the process and, for what it does not say, the file `.env`. */
function surroundings(): Settings {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/** Tokens that are right for themselves, and not together. */
function slackMistakes(env: Environment): string[] {
  const { SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app, SLACK_SIGNING_SECRET: secret } = env;
  const other = app === undefined ? 'SLACK_SIGNING_SECRET' : 'SLACK_APP_TOKEN';
  if (bot === undefined && (app ?? secret) !== undefined)
    return [`environment: SLACK_BOT_TOKEN: ${other} is of no use without it; write both or none`];
  if (bot !== undefined && (app ?? secret) === undefined)
    return [
      'environment: SLACK_APP_TOKEN: write it beside SLACK_BOT_TOKEN, for Socket Mode; or SLACK_SIGNING_SECRET, for HTTP',
    ];
  return [];
}

/** Where both ways are given it is Socket Mode, which also works where Slack cannot reach us. */
function slackOf(env: Environment): SlackSettings | null {
  const { SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app, SLACK_SIGNING_SECRET: secret } = env;
  if (bot === undefined) return null;
  return {
    botToken: secretOf(bot),
    appToken: app === undefined ? null : secretOf(app),
    signingSecret: app !== undefined || secret === undefined ? null : secretOf(secret),
    apiUrl: env.SLACK_API_URL.replace(/\/*$/, '/'),
  };
}

/**
 * Unless told so, never beyond loopback, and never beside Slack: whoever passes its requests on to
 * our port may pass on others too, and those would come from this machine.
 */
function isConsoleOn({ DIBS_CONSOLE, DIBS_BIND, SLACK_BOT_TOKEN }: Environment): boolean {
  if (DIBS_CONSOLE !== 'auto') return DIBS_CONSOLE === 'on';
  if (SLACK_BOT_TOKEN !== undefined) return false;
  return ['127.0.0.1', '::1', 'localhost'].includes(DIBS_BIND);
}

/** What is wrong in it is told with what was found `wrong` before. */
function loadFile(asked: string | undefined, wrong: readonly string[]): SiteFile {
  const path = resolve(asked ?? 'dibs.yaml');
  try {
    if (existsSync(path)) return siteIn(path);
    if (asked === undefined) return siteFile.parse({});
    throw new ConfigMistakes([`DIBS_CONFIG: there is no file ${path}`]);
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) throw error;
    throw new ConfigMistakes([...wrong, ...error.mistakes]);
  }
}

function siteIn(path: string): SiteFile {
  const parsed = siteFile.safeParse(readYaml(path) ?? {});
  if (!parsed.success) throw new ConfigMistakes(mistakesOf(parsed.error, path));
  const besideIt = (file: string) => resolve(dirname(path), file);
  const hosts = parsed.data.hosts?.map((entry) =>
    entry.tls === undefined ? entry : { ...entry, tls: besideIt(entry.tls) },
  );
  const { proxy: served } = parsed.data;
  const proxy = served?.tls && {
    ...served,
    tls: { certificate: besideIt(served.tls.certificate), key: besideIt(served.tls.key) },
  };
  const mistakes = repeatedNames({ ...parsed.data, hosts });
  if (mistakes.length > 0) throw new ConfigMistakes(mistakes.map((line) => `${path}: ${line}`));
  return { ...parsed.data, hosts, proxy: proxy ?? served };
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
