import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultImage, imageNamed, imagesOf } from '../../bot/catalogue.ts';
import { loadConfig } from '../../bot/config.ts';
import { policyOf } from '../../bot/defaults.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dibs-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads a configuration file with that text. */
function load(yaml: string) {
  const path = join(folder, 'dibs.yaml');
  writeFileSync(path, yaml);
  return loadConfig({ DIBS_CONFIG: path });
}

describe('the image, where none is asked for,', () => {
  const names = (yaml: string) =>
    ['a100', 'any', 'cpu'].map((type) => defaultImage(imagesOf(load(yaml)), type).names[0]);

  it('is for GPUs on a GPU, and for none on a host without', () => {
    expect(names('')).toEqual(['2.10', '2.10', 'python']);
  });

  it('is the first of its kind', () => {
    const cpu = '{name: c1, reference: r, devices: cpu}, {name: c2, reference: r, devices: cpu}';
    expect(names(`images: [${cpu}, {name: g1, reference: r}]`)).toEqual(['g1', 'g1', 'c1']);
  });

  it('is another where there is none of the kind', () => {
    expect(names('images: [{name: g1, reference: r}]')).toEqual(['g1', 'g1', 'g1']);
  });

  it('is built only where there is something to build it with', () => {
    const yaml = 'images: [{name: a, reference: r}, {name: b, reference: r, build: {BASE: x}}]';
    expect(imagesOf(load(yaml)).map(({ build }) => build)).toEqual([null, { BASE: 'x' }]);
  });
});

describe('the proxy', () => {
  it('is behind another one on this machine, if nothing else is said', () => {
    expect(load('proxy: {publicUrl: "https://gpu.example.org"}').proxy).toEqual({
      publicUrl: new URL('https://gpu.example.org/'),
      port: 8443,
      bind: '127.0.0.1',
      subdomains: false,
    });
    expect(load('proxy: {publicUrl: "http://localhost:9000"}').proxy?.publicUrl.port).toBe('9000');
    expect(load('').proxy).toBeUndefined();
  });

  it('has its certificate beside the configuration', () => {
    const tls = 'tls: {certificate: tls/gpu.pem, key: /etc/gpu-key.pem}';
    const { proxy } = load(`proxy: {publicUrl: "https://gpu.example.org", ${tls}}`);
    expect(proxy?.tls).toEqual({
      certificate: join(folder, 'tls/gpu.pem'),
      key: '/etc/gpu-key.pem',
    });
  });
});

describe('the catalogue', () => {
  it('is built on each host, or pulled from the registry that is named', () => {
    const [first] = imagesOf(load(''));
    expect(first).toMatchObject({
      reference: 'dibs-session:pytorch2.10-cuda12.8-cudnn9-runtime',
      build: { BASE: 'pytorch/pytorch:2.10.0-cuda12.8-cudnn9-runtime' },
    });
    const [pulled] = imagesOf(load('registry: ghcr.io/acme'));
    expect(pulled).toMatchObject({
      reference: 'ghcr.io/acme/dibs-session:pytorch2.10-cuda12.8-cudnn9-runtime',
      build: null,
      recipe: first?.build,
    });
  });

  it('is asked by any of its names, however they are written, and by the whole tag', () => {
    const images = imagesOf(load(''));
    const tag = 'pytorch2.6-cuda12.4-cudnn9-devel';
    for (const typed of ['2.6-devel', '2.6-DEVEL', tag]) {
      expect(imageNamed(images, typed)?.name).toBe(tag);
    }
    expect(imageNamed(images, '1.13')).toBeNull();
  });

  it('gives the rules what each image needs, and which hosts run more than their driver', () => {
    const hosts = 'hosts: [{name: gpu-1, docker: "unix:///a.sock", forwardCompatible: true}]';
    const policy = policyOf(load(hosts));
    expect(policy.forwardCompatible).toEqual(['gpu-1']);
    expect(policy.images).toContainEqual({
      names: ['2.14-cuda13.0', 'latest-cuda13.0', 'pytorch2.14-cuda13.0-cudnn9-runtime'],
      cuda: '13.0',
      compute: { least: '7.5', most: '12.0' },
    });
  });
});
