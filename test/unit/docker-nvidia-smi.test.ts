import { expect, test } from 'vitest';
import {
  parseCuda,
  parseDevices,
  parseProcesses,
  parseVisible,
} from '../../adapters/docker/nvidia-smi.ts';

const uuid = 'GPU-5f1c3a52-c0de-4b1d-8a5e-000000000001';

test('a row of figures becomes a device and its driver', () => {
  const row = `1, ${uuid}, NVIDIA A100-SXM4-80GB, 81920, 40210, 87, 64, 311.25, 580.95.05\n`;
  expect(parseDevices(row)).toEqual([
    {
      driver: '580.95.05',
      device: {
        uuid,
        index: 1,
        model: 'NVIDIA A100-SXM4-80GB',
        memoryMib: 81_920,
        sample: {
          utilizationPercent: 87,
          memoryUsedMib: 40_210,
          temperatureCelsius: 64,
          powerWatts: 311.25,
          processes: [],
        },
      },
    },
  ]);
});

test('what the driver cannot tell is null, not zero', () => {
  const row = `0, ${uuid}, NVIDIA GB10, [N/A], [N/A], [Not Supported], [N/A], [Unknown Error], 580.95.05`;
  expect(parseDevices(row)[0]?.device.sample).toEqual({
    utilizationPercent: null,
    memoryUsedMib: 0,
    temperatureCelsius: null,
    powerWatts: null,
    processes: [],
  });
});

test('a complaint between rows is not a device', () => {
  const complaint = 'Unable to determine the device handle for GPU00000000:19:00.0: GPU is lost.';
  expect(parseDevices(`${complaint}\n\n`)).toEqual([]);
});

test('process names keep their commas, and hidden memory counts as none', () => {
  const rows = `${uuid}, 4242, python -c import a, b, 1024\n${uuid}, 7, [Not Found], [N/A]\n`;
  expect(parseProcesses(rows)).toEqual([
    { uuid, process: { pid: 4242, name: 'python -c import a, b', memoryMib: 1024 } },
    { uuid, process: { pid: 7, name: '[Not Found]', memoryMib: 0 } },
  ]);
});

test('the CUDA version is read from old and new headers', () => {
  expect(parseCuda('| NVIDIA-SMI 535.129.03  Driver Version: 535  CUDA Version: 12.2 |')).toBe(
    '12.2',
  );
  expect(parseCuda('| NVIDIA-SMI 590.44  CUDA UMD Version: 13.1 |')).toBe('13.1');
  expect(parseCuda('No devices were found')).toBeNull();
});

test('a GPU cut into MIG slices shows the slices, not itself', () => {
  const listing = [
    `GPU 0: NVIDIA A100-SXM4-80GB (UUID: ${uuid})`,
    '  MIG 1g.10gb     Device  0: (UUID: MIG-8f3e0a4b-aaaa-5bbb-9ccc-000000000001)',
    'GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-2)',
  ].join('\n');
  expect(parseVisible(listing)).toEqual(['MIG-8f3e0a4b-aaaa-5bbb-9ccc-000000000001', 'GPU-2']);
});

test.for([
  ['GPU-1', 'NVIDIA A100, 1, 2, 3, 4, 5'],
  ['MIG-1', 'NVIDIA A100, 1, 2, 3, 4, 5, 580'],
  ['', 'NVIDIA A100, 1, 2, 3, 4, 5, 580'],
] as const)('a row of “%s” and “%s” is no device', ([id, rest]) => {
  expect(parseDevices(`0, ${id}, ${rest}`)).toEqual([]);
});

test('a GPU that is not cut shows itself, and a line without one nothing', () => {
  expect(parseVisible(`GPU 0: NVIDIA (UUID: ${uuid})\nGPU 1: NVIDIA (UUID: GPU-2)\n`)).toEqual([
    uuid,
    'GPU-2',
  ]);
  expect(parseVisible('No devices found.')).toEqual([]);
});

test('a process of no GPU, or without its number, is none', () => {
  expect(parseProcesses(`MIG-1, 4, a, 5\n${uuid}, x, a, 5\n${uuid}, 4, a\n\n`)).toEqual([]);
});
