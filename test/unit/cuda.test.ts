import { describe, expect, it } from 'vitest';
import { computeCapabilityOf } from '../../core/compute-capability.ts';
import { obstacleTo } from '../../core/cuda.ts';
import { deviceTypeOf } from '../../core/device-type.ts';
import { planQueue, type QueuedLease } from '../../core/queue.ts';
import { aHost } from '../support/facts.ts';
import { testPolicy } from '../support/world.ts';

const gpu = (driver: string | null, type = 'a100-80gb') => {
  return { host: { name: 'gpu-1', driver }, type };
};
const cuda12 = { cuda: '12.8', compute: null };
const cuda13 = { cuda: '13.0', compute: { least: '7.5', most: '12.0' } };

describe('an image', () => {
  it.each([
    ['525.60.12', 'driver'],
    ['525.60.13', null],
    ['535.54.03', null],
    ['580.95.05', null],
    ['1000.1', null],
  ])('of CUDA 12 on driver %s: %s', (driver, obstacle) => {
    expect(obstacleTo(cuda12, gpu(driver), testPolicy)).toBe(obstacle);
  });

  it.each([
    ['580.65.05', 'driver'],
    ['580.65.06', null],
    ['590.1', null],
  ])('of CUDA 13 on driver %s: %s', (driver, obstacle) => {
    expect(obstacleTo(cuda13, gpu(driver), testPolicy)).toBe(obstacle);
  });

  it('runs on an older branch only where the host is said to have the package for it', () => {
    const policy = { forwardCompatible: ['gpu-1'] };
    expect(obstacleTo(cuda13, gpu('535.183.01'), policy)).toBeNull();
    expect(obstacleTo(cuda13, gpu('545.23.08'), policy)).toBe('driver');
    const other = { host: { name: 'gpu-2', driver: '535.183.01' }, type: 'a100-80gb' };
    expect(obstacleTo(cuda13, other, policy)).toBe('driver');
  });

  it.each([
    ['v100-16gb', 'generation'],
    ['t4', null],
    ['a10', null],
    ['h100-80gb', null],
    ['rtx5090', null],
    ['k80', 'generation'],
    ['of-tomorrow', null],
  ])('made for capability 7.5 to 12.0 on a %s: %s', (type, obstacle) => {
    expect(obstacleTo(cuda13, gpu('580.95.05', type), testPolicy)).toBe(obstacle);
  });

  it('made for Hopper at most is not for Blackwell, and for none before the first', () => {
    const hopper = { cuda: '12.6', compute: { least: '5.0', most: '9.0' } };
    const on = (type: string) => obstacleTo(hopper, gpu('580.95.05', type), testPolicy);
    expect(['rtx5090', 'b200', 'h200', 'v100'].map(on)).toEqual([
      'generation',
      'generation',
      null,
      null,
    ]);
  });

  it('is not held against what nobody knows, nor against processors', () => {
    expect(obstacleTo(cuda13, gpu(null), testPolicy)).toBeNull();
    expect(obstacleTo(cuda13, gpu('470.1', 'cpu'), testPolicy)).toBeNull();
    expect(obstacleTo({ cuda: null, compute: null }, gpu('1.0'), testPolicy)).toBeNull();
  });
});

describe('the generation of a GPU', () => {
  it.each([
    ['Tesla V100-SXM2-16GB', '7.0'],
    ['Tesla T4', '7.5'],
    ['NVIDIA GeForce RTX 2080 Ti', '7.5'],
    ['NVIDIA A100-SXM4-80GB', '8.0'],
    ['NVIDIA A10', '8.6'],
    ['NVIDIA RTX A6000', '8.6'],
    ['NVIDIA GeForce RTX 3090', '8.6'],
    ['NVIDIA L40S', '8.9'],
    ['NVIDIA GeForce RTX 4090', '8.9'],
    ['NVIDIA RTX 6000 Ada Generation', '8.9'],
    ['NVIDIA H100 80GB HBM3', '9.0'],
    ['NVIDIA H200', '9.0'],
    ['NVIDIA B200', '10.0'],
    ['NVIDIA GeForce RTX 5090', '12.0'],
    ['NVIDIA RTX PRO 6000 Blackwell Server Edition', '12.0'],
    ['NVIDIA Of Tomorrow', null],
  ])('is known by its name: %s has %s', (model, capability) => {
    expect(computeCapabilityOf(deviceTypeOf(model))).toBe(capability);
  });
});

describe('the line', () => {
  const waiting = (image: QueuedLease['image']): QueuedLease => ({
    leaseId: 'lease-1',
    accountId: 'lab',
    team: 'lab',
    image,
    sessionId: 'session-1',
    deviceType: 'a100',
    deviceCount: 1,
    leaseSeconds: 3600,
    ticksPerSecond: 10_000n,
  });
  const old = aHost('gpu-old', ['a100-80gb'], { driver: '550.54.14' });
  const fresh = aHost('gpu-new', ['a100-80gb', 'a100-80gb'], { driver: '580.95.05' });

  it('gives devices of hosts only that run the image', () => {
    const [placed] = planQueue([waiting(cuda13)], [old, fresh], testPolicy);
    expect(placed?.hostId).toBe('gpu-new');
    // Where both would do, the host that is used up by it.
    expect(planQueue([waiting(cuda12)], [old, fresh], testPolicy)[0]?.hostId).toBe('gpu-old');
    expect(planQueue([waiting(cuda13)], [old], testPolicy)).toEqual([]);
  });

  it('keeps no device for somebody who could not use it', () => {
    const second = { ...waiting(cuda12), leaseId: 'lease-2', sessionId: 'session-2' };
    const placements = planQueue([waiting(cuda13), second], [old], testPolicy);
    expect(placements.map(({ queued }) => queued.leaseId)).toEqual(['lease-2']);
  });
});
