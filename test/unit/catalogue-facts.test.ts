import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { leastDriver, obstacleTo } from '../../core/cuda.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const address = z.url({ protocol: /^https$/ });

const upstreamTag = z.object({
  tag: z.string(),
  gigabytes: z.number().positive(),
  seen: z.array(address).min(1),
});
const upstream = z
  .object({
    read: z.iso.date(),
    releases: z.array(
      z.object({
        pytorch: z.string(),
        python: z.string(),
        compute: z.record(z.string(), z.array(z.string()).min(1)),
        sources: z.array(address).min(1),
        tags: z.array(upstreamTag),
      }),
    ),
    others: z.array(upstreamTag.extend({ python: z.string() })),
  })
  .parse(JSON.parse(read('test/fixtures/images/upstream-tags.json')));

const nvidia = z
  .object({
    minorVersionCompatibility: z.object({
      published: z.record(z.string(), z.string()),
      least: z.record(z.string(), z.string()),
      sources: z.array(address).min(1),
    }),
    toolkits: z.object({
      drivers: z.record(z.string(), z.string()),
      sources: z.array(address).min(1),
    }),
    forwardCompatibility: z.object({
      branches: z.record(z.string(), z.array(z.string())),
      sources: z.array(address).min(1),
    }),
  })
  .parse(JSON.parse(read('test/fixtures/images/cuda-drivers.json')));

const { images } = z
  .object({
    images: z.array(
      z.object({
        tag: z.string(),
        names: z.array(z.string()).min(1),
        base: z.string(),
        pytorch: z.string().optional(),
        cuda: z.string().optional(),
        cudnn: z.string().optional(),
        python: z.string(),
        driver: z.string().optional(),
        compute: z.object({ least: z.string(), most: z.string() }).optional(),
        devices: z.literal('cpu').optional(),
        gigabytes: z.number(),
      }),
    ),
  })
  .parse(parse(read('images/catalogue.yaml')));

const published = [
  ...upstream.releases.flatMap(({ tags, python }) => tags.map((tag) => ({ ...tag, python }))),
  ...upstream.others,
];
const onGpus = images.filter(({ devices }) => devices === undefined);
const majorOf = (version: string) => version.split('.')[0] ?? '';
const minorOf = (version: string) => version.split('.').slice(0, 2).join('.');
const flavourOf = (tag: string) => tag.slice(tag.lastIndexOf('-') + 1);

describe.each(images)('$tag', ({ base, python, gigabytes }) => {
  test('stands on an image that was really published, and says its Python and size', () => {
    const found = published.find(({ tag }) => tag === base);
    expect(found?.python).toBe(python);
    expect(Math.abs(gigabytes - (found?.gigabytes ?? 0))).toBeLessThan(0.1);
  });
});

describe.each(onGpus)('$tag', (image) => {
  const { tag, names, base, pytorch = '', cuda = '', cudnn, driver, compute } = image;
  const flavour = flavourOf(base);

  test('says what its base says', () => {
    expect(base).toBe(`pytorch/pytorch:${pytorch}-cuda${cuda}-cudnn${cudnn}-${flavour}`);
    expect(tag).toBe(`pytorch${minorOf(pytorch)}-cuda${cuda}-cudnn${cudnn}-${flavour}`);
    expect(['runtime', 'devel']).toContain(flavour);
  });

  test('asks for the least driver that NVIDIA publishes, as the rules do', () => {
    expect(driver).toBe(nvidia.minorVersionCompatibility.least[majorOf(cuda)]);
    expect(leastDriver(cuda)).toBe(driver);
  });

  test('is for the GPUs for which PyTorch compiled that release by that CUDA', () => {
    const release = upstream.releases.find((each) => each.pytorch === pytorch);
    const compiled = release?.compute[cuda] ?? [];
    const byAge = compiled.toSorted((a, b) => Number(a) - Number(b));
    expect(compute).toEqual({ least: byAge[0], most: byAge.at(-1) });
  });

  test('is called by nothing that it is not', () => {
    for (const name of names) {
      expect(name.endsWith('devel')).toBe(flavour === 'devel');
      expect([undefined, minorOf(pytorch)]).toContain(/^\d+\.\d+/.exec(name)?.[0]);
      expect([undefined, `cuda${cuda}`]).toContain(/cuda[\d.]+/.exec(name)?.[0]);
    }
  });
});

test('no name or tag means two images, in capitals either', () => {
  const all = images.flatMap(({ tag, names }) => [tag, ...names]).map((name) => name.toLowerCase());
  expect(new Set(all).size).toBe(all.length);
});

test('every PyTorch since 2.4 is there, as runtime and devel', () => {
  const minors = upstream.releases.map(({ pytorch }) => minorOf(pytorch));
  expect(minors).toEqual(expect.arrayContaining(['2.4', '2.5', '2.6', '2.7', '2.8', '2.9']));
  for (const minor of minors)
    for (const name of [minor, `${minor}-devel`])
      expect(images.filter(({ names }) => names.includes(name))).toHaveLength(1);
});

test('the newest patch of each PyTorch that was seen is the one that stands there', () => {
  const newest = new Map(upstream.releases.map(({ pytorch }) => [minorOf(pytorch), pytorch]));
  expect(newest.size).toBe(upstream.releases.length);
  for (const { pytorch = '' } of onGpus) expect(newest.get(minorOf(pytorch))).toBe(pytorch);
});

test('the default runs on every driver since 525 and every GPU from Volta to Blackwell', () => {
  const [first] = images;
  const release = upstream.releases.find(({ pytorch }) => pytorch === first?.pytorch);
  expect(first?.driver).toBe(nvidia.minorVersionCompatibility.least['12']);
  expect(release?.compute[first?.cuda ?? '']).toEqual(
    expect.arrayContaining(['7.0', '7.5', '8.0', '9.0', '10.0', '12.0']),
  );
});

test('the newest PyTorch runs on Blackwell by one of its images', () => {
  const newest = images.find(({ names }) => names.includes('latest'))?.pytorch;
  const release = upstream.releases.find(({ pytorch }) => pytorch === newest);
  const compiled = onGpus
    .filter(({ pytorch }) => pytorch === newest)
    .flatMap(({ cuda = '' }) => release?.compute[cuda] ?? []);
  expect(newest).toBe(upstream.releases.at(-1)?.pytorch);
  expect(compiled).toContain('12.0');
});

test('one image at least runs without a GPU, and none such has a CUDA', () => {
  const withoutGpu = images.filter(({ devices }) => devices === 'cpu');
  expect(withoutGpu.length).toBeGreaterThan(0);
  for (const { cuda, driver } of withoutGpu) expect([cuda, driver]).toEqual([undefined, undefined]);
});

describe.each(Object.entries(nvidia.minorVersionCompatibility.least))(
  'CUDA %s by minor-version compatibility',
  (major, least) => {
    test('begins with a driver of the branch that NVIDIA publishes', () => {
      expect(nvidia.minorVersionCompatibility.published[major]).toBe(`>= ${majorOf(least)}`);
      expect(leastDriver(`${major}.0`)).toBe(least);
    });
  },
);

test.each(['12', '13'])('CUDA %s begins with the driver of its first toolkit', (major) => {
  expect(nvidia.minorVersionCompatibility.least[major]).toBe(
    nvidia.toolkits.drivers[`${major}.0.0`],
  );
});

test.each(Object.entries(nvidia.forwardCompatibility.branches))(
  'CUDA %s by forward compatibility runs on the branches that NVIDIA admits, and on no other',
  (cuda, branches) => {
    const policy = { forwardCompatible: ['gpu-1'] };
    const runsOn = (branch: string, name: string) => {
      const host = { name, driver: `${branch}.0` };
      return obstacleTo({ cuda, compute: null }, { host, type: 'a100' }, policy) === null;
    };
    const least = Number(majorOf(leastDriver(cuda) ?? ''));
    const older = [
      '450',
      '470',
      '515',
      '525',
      '535',
      '545',
      '550',
      '555',
      '560',
      '565',
      '570',
      '575',
    ];
    for (const branch of older.filter((each) => Number(each) < least)) {
      expect([branch, runsOn(branch, 'gpu-1')]).toEqual([branch, branches.includes(branch)]);
      expect(runsOn(branch, 'gpu-2')).toBe(false);
    }
  },
);
