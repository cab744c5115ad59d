import { spawnerContract } from '../contract/spawner.ts';
import { startGpuHost } from '../support/gpu-host.ts';
import { openRealHost } from '../support/real-host.ts';
import { createDockerHarness } from './docker-harness.ts';

const a100 = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };
const realHost = process.env['DIBS_TEST_DOCKER_HOST'];

if (realHost) {
  spawnerContract(`docker at ${realHost}`, async () =>
    createDockerHarness(await openRealHost(realHost)),
  );
} else {
  spawnerContract('docker', async () => {
    const host = await startGpuHost({ gpus: [a100, a100] });
    const harness = await createDockerHarness(host);
    return { ...harness, close: () => harness.close().then(host.stop) };
  });
}
