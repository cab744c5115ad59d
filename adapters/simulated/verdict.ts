import type { Image, Verdict } from '../../core/ports.ts';
import type { Container } from './container.ts';

/** What the image's check would say of devices that are in order. */
export function verdictOf({ host, spec }: Container): Verdict {
  const devices = spec.deviceUuids.flatMap((uuid) => host.devices.get(uuid)?.model ?? []);
  const torch = torchOf(spec.image);
  const cuda = torch !== null && spec.image.cuda !== null && devices.length > 0;
  // As images/dibs-smoke has it: without PyTorch there is nothing to check.
  const names = torch === null ? [] : cuda ? ['matmul', 'cudnn', 'nccl'] : ['matmul'];
  return {
    ok: true,
    torch,
    cuda,
    cudaVersion: cuda ? spec.image.cuda : null,
    devices,
    checks: names.map((name) => ({ name, ok: true, seconds: 0.5, detail: null })),
    freeDiskBytes: null,
    jupyter: '4.5.0',
  };
}

/** An image that is pulled says it by its tag alone. */
function torchOf({ name, build }: Image): string | null {
  return build?.['PYTORCH'] ?? /pytorch(\d+(?:\.\d+)+)/.exec(name)?.[1] ?? null;
}
