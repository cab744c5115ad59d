import type { DeviceView, SessionView } from '../../core/view.ts';
import { noonPlus } from './facts.ts';
import { noon } from './world.ts';

export const secretToken = 'secret-token';

/** A session as its holder sees it: bob's, on one A100 for an hour from noon. */
export function aView(facts: Partial<SessionView> = {}): SessionView {
  return {
    id: 'session-1',
    name: 'brave-otter',
    state: 'running',
    queued: false,
    holder: { personId: 'bob', name: 'bob' },
    team: { id: 'lab', name: 'lab', zone: 'UTC' },
    account: 'lab',
    deviceType: 'a100',
    deviceCount: 1,
    devices: [aDevice()],
    hostId: 'host-1',
    host: 'gpu-1',
    simulated: false,
    image: 'pytorch',
    leaseSeconds: 3600,
    ticksPerSecond: 10_000n,
    held: 36_000_000n,
    charged: null,
    requestedAt: noon,
    activeAt: noon,
    until: noonPlus(3600),
    endedAt: null,
    endReason: null,
    faultDetail: null,
    progress: null,
    readySince: noon,
    readyMillis: 0,
    verdict: null,
    url: 'http://gpu-1:4000/s/brave-otter/',
    ssh: null,
    keyIds: null,
    token: secretToken,
    channel: { platform: 'console', channel: 'lab' },
    messageRef: null,
    ...facts,
  };
}

export function aDevice(facts: Partial<DeviceView> = {}): DeviceView {
  return {
    uuid: 'GPU-1',
    index: 0,
    type: 'a100-80gb',
    model: 'NVIDIA A100-SXM4-80GB',
    memoryMib: 81_920,
    sample: null,
    ...facts,
  };
}
