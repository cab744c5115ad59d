import type { Verdict } from '../../core/ports.ts';
import type { Container } from './container.ts';

/** What the image's check would say of devices that are in order. */
export function verdictOf({ host, spec }: Container): Verdict {
  const devices = spec.deviceUuids.flatMap((uuid) => host.devices.get(uuid)?.model ?? []);
  const names = devices.length > 0 ? ['matmul', 'cudnn', 'nccl'] : ['matmul'];
  return {
    ok: true,
    torch: '2.9.1',
    cuda: devices.length > 0,
    cudaVersion: devices.length > 0 ? '12.8' : null,
    devices,
    checks: names.map((name) => ({ name, ok: true, seconds: 0.5, detail: null })),
    freeDiskBytes: null,
    jupyter: '4.5.0',
  };
}
