import { Fault } from '../../core/fault.ts';
import type { ContainerSpec, StartedContainer, StartProgress } from '../../core/ports.ts';
import {
  type Container,
  containerUrl,
  createContainer,
  endContainer,
  findContainer,
  type Place,
  readyAt,
  runContainer,
} from './container.ts';
import { fetchImage } from './image.ts';
import { verdictOf } from './verdict.ts';
import { checkReachable, passTimeUntil } from './waiting.ts';

type Watch = { onProgress: (progress: StartProgress) => void; signal: AbortSignal };

/** Finds how far an earlier call came, and goes on from there. */
export async function startSession(
  place: Place,
  spec: ContainerSpec,
  watch: Watch,
): Promise<StartedContainer> {
  const { world, host } = place;
  await checkReachable(place, watch.signal);
  const found = findContainer(place, spec.sessionId);
  const failure = found && found.state !== 'created' ? undefined : host.failures.shift();
  if (failure && failsBeforeCreating.has(failure.code)) throw failure;
  if (!found) await fetchImage(place, spec.image, watch);
  const container = findContainer(place, spec.sessionId) ?? createContainer(place, spec);
  if (container.state === 'created') await run(place, container, { ...watch, failure });
  watch.onProgress({ stage: 'booting' });
  await waitUntilReady(place, container, watch.signal);
  if (failure) throw failure;
  if (spec.check) watch.onProgress({ stage: 'checking' });
  const verdict = spec.check ? verdictOf(container) : null;
  const { containerId } = container;
  return { containerId, url: containerUrl(world, container), ssh: null, verdict };
}

const failsBeforeCreating = new Set(['image_missing', 'pull_failed', 'host_unreachable']);

type Run = Watch & { failure: Fault | undefined };

async function run(place: Place, container: Container, { onProgress, signal, failure }: Run) {
  const { clock } = place.world;
  onProgress({ stage: 'creating' });
  await checkReachable(place, signal);
  if (failure && !failsAfterRunning.has(failure.code)) throw failure;
  if (container.state === 'created') runContainer(container, clock.now());
  if (failure?.code === 'container_exited')
    endContainer(container, { at: clock.now(), exitCode: 1, outOfMemory: false });
}

const failsAfterRunning = new Set(['container_exited', 'deadline_passed']);

async function waitUntilReady(place: Place, container: Container, signal: AbortSignal) {
  const checkRunning = () => {
    if (container.state !== 'running') throw containerExited(container);
  };
  checkRunning();
  await passTimeUntil(place, readyAt(place.world, container), { signal, onStep: checkRunning });
}

function containerExited({ host, exitCode, state }: Container): Fault {
  return new Fault('container_exited', {
    host: host.name,
    detail: state === 'removed' ? 'removed before it was ready' : 'ended before it was ready',
    logTail: 'the simulated container ended',
    ...(exitCode === null ? {} : { exitCode }),
  });
}
