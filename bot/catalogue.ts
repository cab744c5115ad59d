import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { assert } from '../core/assert.ts';
import { obstacleTo } from '../core/cuda.ts';
import { cpuDevice } from '../core/device-type.ts';
import type { Host } from '../core/entity.ts';
import type { Policy } from '../core/policy.ts';
import type { Image } from '../core/ports.ts';
import { poolsOf } from '../core/queue.ts';
import type { Config } from './config.ts';

/** An image that sessions can run, as people choose it. */
export type CatalogueImage = Image & {
  /** How people call it; the first is the one that is offered. */
  names: readonly string[];
  /** What is in it, in a few words. */
  says: string;
  devices: 'gpu' | 'cpu';
  /** Build arguments for images/Dockerfile, also where it is pulled; null: it is not ours. */
  recipe: Readonly<Record<string, string>> | null;
};

const entry = z.strictObject({
  tag: z.string(),
  names: z.array(z.string()).min(1),
  base: z.string(),
  pytorch: z.string().optional(),
  cuda: z.string().optional(),
  cudnn: z.string().optional(),
  python: z.string(),
  /** The least, as NVIDIA publishes it; core/cuda.ts decides by the CUDA. */
  driver: z.string().optional(),
  /** Compute capabilities that its PyTorch was compiled for. */
  compute: z.strictObject({ least: z.string(), most: z.string() }).optional(),
  devices: z.enum(['gpu', 'cpu']).default('gpu'),
  /** That the base takes when it is pulled. */
  gigabytes: z.number(),
});
type CatalogueEntry = z.output<typeof entry>;

const file = new URL('../images/catalogue.yaml', import.meta.url);
const catalogue: readonly CatalogueEntry[] = z
  .strictObject({ images: z.array(entry).min(1) })
  .parse(parse(readFileSync(file, 'utf8'))).images;

/** Ours, under the name in the registry, or on a host, of everything that is built. */
const repository = 'dibs-session';

/** What can be asked for: what the configuration names, else the catalogue. */
export function imagesOf({ images, registry }: Pick<Config, 'images' | 'registry'>) {
  return images?.map(toOwnImage) ?? catalogue.map((each) => fromCatalogue(each, registry));
}

function toOwnImage(image: NonNullable<Config['images']>[number]): CatalogueImage {
  const { name, reference, devices, build = null, cuda = null } = image;
  const own = { name, reference, build, cuda, compute: null, devices };
  return { ...own, names: [name], says: reference, recipe: build };
}

function fromCatalogue(
  { tag, names, base, pytorch, cuda, python, devices, compute }: CatalogueEntry,
  registry: string | undefined,
): CatalogueImage {
  const recipe = {
    BASE: base,
    ...(pytorch === undefined ? {} : { PYTORCH: pytorch }),
    ...(cuda === undefined ? {} : { CUDA: cuda }),
  };
  const inside = [
    ...(pytorch === undefined ? [] : [`PyTorch ${pytorch}`]),
    ...(cuda === undefined ? [] : [`CUDA ${cuda}`]),
    `Python ${python}`,
  ];
  const isDevel = tag.endsWith('-devel');
  return {
    name: tag,
    reference: `${registry === undefined ? '' : `${registry}/`}${repository}:${tag}`,
    build: registry === undefined ? recipe : null,
    cuda: cuda ?? null,
    compute: compute ?? null,
    names: [...names, tag],
    says: [...inside, ...(isDevel ? ['with compilers'] : [])].join(', '),
    devices,
    recipe,
  };
}

/** What a session runs when no image is asked for: the first for such devices. */
export function defaultImage(
  images: readonly CatalogueImage[],
  deviceType: string,
): CatalogueImage {
  const devices = deviceType === cpuDevice ? 'cpu' : 'gpu';
  const image = images.find((candidate) => candidate.devices === devices) ?? images[0];
  assert(image, 'the catalogue has an image');
  return image;
}

/** Those that some host with such devices can run; where there is none, those for such devices. */
export function imagesFor(
  images: readonly CatalogueImage[],
  deviceType: string,
  { hosts, policy }: { hosts: readonly Host[]; policy: Policy },
): readonly CatalogueImage[] {
  const kind = deviceType === cpuDevice ? 'cpu' : 'gpu';
  const pools = poolsOf(hosts, deviceType, 1);
  const own = images.filter(({ devices }) => devices === kind);
  const runnable = own.filter((image) =>
    pools.some((pool) => obstacleTo(image, pool, policy) === null),
  );
  return [runnable, own, images].find((some) => some.length > 0) ?? images;
}

export function imageNamed(images: readonly CatalogueImage[], typed: string) {
  const lower = typed.toLowerCase();
  return images.find(({ names }) => names.some((name) => name.toLowerCase() === lower)) ?? null;
}

/** What a session keeps of it. */
export function toImage({ name, reference, build, cuda, compute }: Image): Image {
  return { name, reference, build, cuda, compute };
}
