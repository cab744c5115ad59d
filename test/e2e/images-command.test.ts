import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loginFor } from '../../bot/registry-login.ts';
import { dibsHere, runDibs } from '../support/dibs-command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dibs-images-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('npx dibs images', () => {
  it('lists every image with its names, what is inside and the driver that it needs', async () => {
    const { exitCode, stdout } = await runDibs(folder, 'images', {});
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Name +Also +Inside +Driver from +Image$/m);
    const reference = 'dibs-session:pytorch2.10-cuda12.8-cudnn9-runtime';
    const inside = 'PyTorch 2.10.0, CUDA 12.8, Python 3.12';
    expect(stdout).toMatch(new RegExp(`^2.10 +pytorch +${inside} +525.60.13 +${reference}$`, 'm'));
    expect(stdout).toMatch(/^python +cpu +Python 3.13 +none /m);
  });

  it('lists those that are named as JSON, with the arguments that they are built with', async () => {
    await writeFile(join(folder, 'dibs.yaml'), 'registry: ghcr.io/acme');
    const { stdout } = await dibsHere(folder, 'images list 2.6-devel --json');
    expect(JSON.parse(stdout)).toEqual([
      {
        tag: 'pytorch2.6-cuda12.4-cudnn9-devel',
        names: ['2.6-devel', 'pytorch2.6-cuda12.4-cudnn9-devel'],
        reference: 'ghcr.io/acme/dibs-session:pytorch2.6-cuda12.4-cudnn9-devel',
        cuda: '12.4',
        devices: 'gpu',
        buildArgs: {
          BASE: 'pytorch/pytorch:2.6.0-cuda12.4-cudnn9-devel',
          PYTORCH: '2.6.0',
          CUDA: '12.4',
        },
        base: 'pytorch/pytorch:2.6.0-cuda12.4-cudnn9-devel',
      },
    ]);
  });

  it.each([
    ['images bild', 'images does not know “bild”, only list, build, push, or verify.'],
    ['images list 1.13', 'There is no image “1.13”. There are 2.10, '],
    ['images push', 'registry: ghcr.io/acme in dibs.yaml'],
    ['images build --host gpu-9', 'dibs.yaml has no host gpu-9.'],
    ['images list --jsn', "Unknown option '--jsn'"],
  ])('%s says what is wrong', async (words, said) => {
    const { exitCode, stderr } = await dibsHere(folder, words);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it('says of each host that does not answer, and exits with 1', async () => {
    const hosts = 'hosts: [{name: gpu-1, docker: "unix:///no/such.sock"}]';
    await writeFile(join(folder, 'dibs.yaml'), hosts);
    const { exitCode, stdout } = await dibsHere(folder, 'images verify');
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringMatching(/^gpu-1: pytorch2.10.*: failed: /),
    ]);
  });
});

describe('the login for a registry', () => {
  const write = (settings: object) =>
    writeFile(join(folder, 'config.json'), JSON.stringify(settings));

  it('is what docker login left, and nothing where it left none', async () => {
    expect(await loginFor('ghcr.io/acme/dibs-session:1', folder)).toBeNull();
    const auth = Buffer.from('alice:a:secret').toString('base64');
    await write({ auths: { 'ghcr.io': { auth }, 'other.io': {} } });
    const login = await loginFor('ghcr.io/acme/dibs-session:1', folder);
    expect(login?.reveal()).toBe('alice:a:secret');
    expect(await loginFor('other.io/dibs-session:1', folder)).toBeNull();
  });

  it('that a program of its own keeps is left to docker push', async () => {
    await write({ auths: { 'ghcr.io': {} }, credsStore: 'desktop' });
    await expect(loginFor('ghcr.io/acme/dibs-session:1', folder)).rejects.toMatchObject({
      mistakes: [expect.stringContaining('docker push ghcr.io/acme/dibs-session:1')],
    });
  });
});
