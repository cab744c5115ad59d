import type { Image, StartProgress } from '../../core/ports.ts';
import type { Place } from './container.ts';
import { passTimeUntil } from './waiting.ts';

type Watch = { onProgress: (progress: StartProgress) => void; signal: AbortSignal };

const imageBytes = 3_400_000_000;
const buildSteps = 9;

/** Pulls or builds what is not on the host yet. Two who want the same image wait for one pull. */
export async function fetchImage(place: Place, image: Image, { onProgress, signal }: Watch) {
  const { world, host } = place;
  if (host.images.has(image.reference)) return;
  const begunAt = host.pulls.get(image.reference) ?? world.clock.now();
  host.pulls.set(image.reference, begunAt);
  const pullMilliseconds = host.pullSeconds * 1000;
  const report = image.build ? buildProgress : pullProgress;
  onProgress(report(0));
  await passTimeUntil(place, new Date(begunAt.getTime() + pullMilliseconds), {
    signal,
    onStep: () => {
      const fraction = (world.clock.now().getTime() - begunAt.getTime()) / pullMilliseconds;
      if (fraction < 1) onProgress(report(fraction));
    },
  });
  host.pulls.delete(image.reference);
  host.images.add(image.reference);
}

/** As with a real pull the total grows at first, while layers are announced. */
function pullProgress(fraction: number): StartProgress {
  const announced = Math.min(1, 0.4 + 2 * fraction);
  return {
    stage: 'pulling',
    doneBytes: Math.floor(imageBytes * fraction),
    totalBytes: Math.floor(imageBytes * announced),
  };
}

function buildProgress(fraction: number): StartProgress {
  return { stage: 'building', step: 1 + Math.floor(buildSteps * fraction), steps: buildSteps };
}
