import { unreachable } from '../../core/assert.ts';
import type { MessagePart } from '../../core/message.ts';
import type { StartProgress } from '../../core/ports.ts';

/** How far a start is; null: nothing was heard of it yet. */
export function progressPart(progress: StartProgress | null): MessagePart {
  const part = (label: string, fraction: number | null): MessagePart => {
    return { kind: 'progress', label, fraction };
  };
  switch (progress?.stage) {
    case undefined:
    case 'creating':
      return part('Starting the container', null);
    case 'pulling': {
      const { doneBytes, totalBytes } = progress;
      if (totalBytes === 0) return part('Pulling the image', null);
      const size = `${megabytes(doneBytes)} of ${megabytes(totalBytes)} MB`;
      return part(`Pulling the image, ${size}`, doneBytes / totalBytes);
    }
    case 'building': {
      const { step, steps } = progress;
      return part(`Building the image, step ${step} of ${steps}`, (step - 1) / Math.max(1, steps));
    }
    case 'booting':
      return part('Waiting for Jupyter', null);
    case 'checking':
      return part('Checking PyTorch on its devices', null);
    default:
      return unreachable(progress);
  }
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6).toLocaleString('en');
