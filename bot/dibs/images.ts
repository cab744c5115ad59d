import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { build } from '../../adapters/docker/build.ts';
import { type Connection, createConnection } from '../../adapters/docker/connection.ts';
import { checkImageAlone } from '../../adapters/docker/image-check.ts';
import { push } from '../../adapters/docker/push.ts';
import { leastDriver } from '../../core/cuda.ts';
import { Fault } from '../../core/fault.ts';
import type { Message } from '../../core/message.ts';
import type { Verdict } from '../../core/ports.ts';
import { type CatalogueImage, defaultImage, imageNamed, imagesOf } from '../catalogue.ts';
import { type Config, ConfigMistakes, loadConfig } from '../config.ts';
import { engineAt } from '../engine-at.ts';
import { loginFor } from '../registry-login.ts';
import { eitherOf, plainText } from '../render/words.ts';
import { imagesFolder } from './check-images.ts';
import type { Shell } from './shell.ts';

const verbs = { list: printList, build: buildAll, push: pushAll, verify: verifyAll };
type Verb = keyof typeof verbs;
const options = {
  json: { type: 'boolean', default: false },
  host: { type: 'string' },
  all: { type: 'boolean', default: false },
} as const;
type Asked = {
  config: Config;
  images: readonly CatalogueImage[];
  isJson: boolean;
  host: string | undefined;
  print(line: string): void;
};

/** `npx dibs images …`. Its exit status. */
export async function images(words: readonly string[], shell: Shell): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
  const [verb = 'list', ...names] = positionals;
  if (!(verb in verbs))
    throw new ConfigMistakes([
      `images does not know “${verb}”, only ${eitherOf(Object.keys(verbs))}.`,
    ]);
  const config = loadConfig(shell.settings);
  const wantsAll = values.all || (verb === 'list' && names.length === 0);
  const chosen = choose(imagesOf(config), names, wantsAll);
  const print = (line: string) => shell.out(`${line}\n`);
  const asked = { config, images: chosen, isJson: values.json, host: values.host, print };
  return verbs[verb as Verb](asked);
}

/** What is named; all; or what a session runs when nothing is asked for. */
function choose(
  all: readonly CatalogueImage[],
  names: readonly string[],
  wantsAll: boolean,
): readonly CatalogueImage[] {
  if (wantsAll) return all;
  if (names.length === 0) return [defaultImage(all, 'any')];
  return names.map((name) => {
    const image = imageNamed(all, name);
    if (image) return image;
    const known = all.map((each) => each.names[0] ?? '').join(', ');
    throw new ConfigMistakes([`There is no image “${name}”. There are ${known}.`]);
  });
}

async function printList({ images: all, isJson, print }: Asked): Promise<number> {
  if (isJson) {
    const rows = all.map(({ name: tag, names, reference, cuda, devices, recipe }) => {
      return { tag, names, reference, cuda, devices, buildArgs: recipe, base: recipe?.['BASE'] };
    });
    print(JSON.stringify(rows));
    return 0;
  }
  const columns = ['Name', 'Also', 'Inside', 'Driver from', 'Image'].map((name) => {
    return { name, align: 'left' } as const;
  });
  const rows = all.map(({ name: tag, names, says, cuda, reference }) => {
    const [first = '', ...others] = names;
    const also = others.filter((name) => name !== tag).join(' ');
    const driver = cuda === null ? 'none' : (leastDriver(cuda) ?? 'unknown');
    return [first, also, says, driver, reference];
  });
  const table: Message = {
    title: null,
    tone: 'neutral',
    parts: [{ kind: 'table', columns, rows }],
  };
  print(plainText(table));
  return 0;
}

function buildAll(asked: Asked): Promise<number> {
  return onEachHost(asked, async (connection, image, signal) => {
    if (image.recipe === null)
      throw new Fault('pull_failed', { detail: `${image.name} is none of ours: it is pulled` });
    let printed = '';
    await build(
      connection,
      { folder: imagesFolder, image: { ...image, build: image.recipe } },
      {
        signal,
        onProgress(progress) {
          if (progress.stage !== 'building') return;
          const line = `step ${progress.step} of ${progress.steps}`;
          if (line !== printed) asked.print(`${connection.hostName}: ${image.name}: ${line}`);
          printed = line;
        },
      },
    );
    return `built as ${image.reference}`;
  });
}

function pushAll(asked: Asked): Promise<number> {
  if (asked.config.registry === undefined)
    throw new ConfigMistakes([
      'Say where to: registry: ghcr.io/acme in dibs.yaml. From then on hosts pull from there.',
    ]);
  return onEachHost(asked, async (connection, { reference }, signal) => {
    await push(
      connection,
      { reference, login: await loginFor(reference, asked.config.dockerFolder) },
      signal,
    );
    return `pushed as ${reference}`;
  });
}

function verifyAll(asked: Asked): Promise<number> {
  return onEachHost(asked, async (connection, image, signal) => {
    const verdict = await checkImageAlone(connection, image.reference, signal);
    const wrong = differences(image, verdict);
    if (wrong.length > 0)
      throw new Fault('engine_refused', { detail: `${image.name}: ${wrong.join('; ')}` });
    const cuda = verdict.cuda ? `, CUDA on ${verdict.devices.join(', ')}` : ', no GPU there';
    return `in order: ${image.says}${cuda}`;
  });
}

/** Where it is not what the catalogue says, or its check failed. */
function differences(image: CatalogueImage, verdict: Verdict): string[] {
  const wanted = image.recipe?.['PYTORCH'];
  const hasOther = wanted !== undefined && verdict.torch?.split('+')[0] !== wanted;
  return [
    ...(hasOther ? [`it has PyTorch ${verdict.torch}, and not ${wanted}`] : []),
    ...verdict.checks
      .filter(({ ok }) => !ok)
      .map(({ name, detail }) => `${name} failed${detail ? `: ${detail}` : ''}`),
  ];
}

type Work = (connection: Connection, image: CatalogueImage, signal: AbortSignal) => Promise<string>;

/** One after the other on a host, on all hosts at once; what goes wrong is said, and the rest done. */
async function onEachHost(
  { config, images: all, host, print }: Asked,
  work: Work,
): Promise<number> {
  const local = { name: hostname(), docker: 'unix:///var/run/docker.sock' };
  const hosts = (config.hosts ?? [local]).filter(({ name }) => host === undefined || name === host);
  if (hosts.length === 0) throw new ConfigMistakes([`dibs.yaml has no host ${host}.`]);
  const signal = new AbortController().signal;
  const counts = await Promise.all(
    hosts.map(async (each) => {
      const connection = createConnection(each.name, await engineAt(each));
      let failures = 0;
      for (const image of all) {
        try {
          print(`${each.name}: ${image.name}: ${await work(connection, image, signal)}`);
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          failures += 1;
          const { detail = error.code, logTail = '' } = error.facts;
          print(`${each.name}: ${image.name}: failed: ${detail.replace(`${each.name}: `, '')}`);
          if (logTail !== '') print(logTail);
        }
      }
      connection.close();
      return failures;
    }),
  );
  return counts.some((failures) => failures > 0) ? 1 : 0;
}
