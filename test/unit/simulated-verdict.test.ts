import { expect, it } from 'vitest';
import { imagesOf, toImage } from '../../bot/catalogue.ts';
import type { ContainerSpec, StartedContainer } from '../../core/ports.ts';
import {
  createTestFleet,
  deviceUuidsOf,
  sessionSpec,
  startReady,
} from '../support/simulated-fleet.ts';

function image(typed: string, registry?: string) {
  const found = imagesOf({ images: undefined, registry }).find(({ names }) =>
    names.includes(typed),
  );
  if (found === undefined) throw new Error(`there is no ${typed}`);
  return toImage(found);
}

async function verdictFor(facts: Partial<ContainerSpec>, hasDevice = true) {
  const world = createTestFleet();
  const [uuid = ''] = await deviceUuidsOf(world.spawner);
  const deviceUuids = hasDevice ? [uuid] : [];
  const spec = sessionSpec({ ...facts, deviceUuids, check: true });
  return ((await startReady(world, spec)) as StartedContainer).verdict;
}

it('a check speaks of the PyTorch and the CUDA of its image, whether built or pulled', async () => {
  const built = await verdictFor({ image: image('2.6') });
  expect(built).toMatchObject({ ok: true, torch: '2.6.0', cuda: true, cudaVersion: '12.4' });
  expect(built?.checks.map(({ name }) => name)).toEqual(['matmul', 'cudnn', 'nccl']);
  const pulled = await verdictFor({ image: image('2.14-cuda13.0', 'ghcr.io/acme') });
  expect(pulled).toMatchObject({ torch: '2.14', cudaVersion: '13.0' });
});

it('a check has less to look at without a GPU, and nothing without PyTorch', async () => {
  const onCpu = await verdictFor({ image: image('2.6') }, false);
  expect(onCpu).toMatchObject({ torch: '2.6.0', cuda: false, cudaVersion: null, devices: [] });
  expect(onCpu?.checks.map(({ name }) => name)).toEqual(['matmul']);
  const plain = await verdictFor({ image: image('python') });
  expect(plain).toMatchObject({ ok: true, torch: null, cuda: false, checks: [] });
});
