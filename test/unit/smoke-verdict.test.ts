import { expect, it } from 'vitest';
import { parseVerdict } from '../../adapters/docker/smoke.ts';

const verdict = {
  ok: true,
  torch: '2.10.0+cu128',
  cuda: true,
  cudaVersion: '12.8',
  devices: ['NVIDIA A100-SXM4-80GB'],
  checks: [{ name: 'matmul', ok: true, seconds: 0.4, detail: null }],
  freeDiskBytes: 1e11,
  jupyter: '4.5.0',
};
const printed = (facts: object) => JSON.stringify({ ...verdict, ...facts });

it('the last line that an image prints is its verdict, whatever stands before it', () => {
  expect(parseVerdict(`a warning\n${printed({})}\n`)).toEqual(verdict);
  expect(parseVerdict(printed({ python: '3.12.3' }))).toEqual(verdict);
});

it('what is no verdict is none', () => {
  for (const text of ['', 'Traceback', '{}', '[1]', printed({ ok: 'yes' })])
    expect(parseVerdict(text)).toBeNull();
});

it('a verdict is no longer than a message bears, whatever prints it', () => {
  expect(parseVerdict(printed({ torch: 'x'.repeat(900_000) }))?.torch).toHaveLength(300);
  const detail = 'y'.repeat(5000);
  const check = { name: 'nccl', ok: false, seconds: 1, detail };
  expect(parseVerdict(printed({ checks: [check] }))?.checks[0]?.detail).toHaveLength(300);
  const checks = (count: number) => printed({ checks: Array(count).fill({ ...check, detail }) });
  expect(parseVerdict(checks(64))?.checks).toHaveLength(64);
  expect(parseVerdict(checks(65))).toBeNull();
  expect(parseVerdict(printed({ devices: Array(64).fill('GPU') }))?.devices).toHaveLength(64);
  expect(parseVerdict(printed({ devices: Array(65).fill('GPU') }))).toBeNull();
});
