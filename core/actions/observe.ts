import { accept, action, type Decision, refuse } from '../action.ts';
import { assert } from '../assert.ts';
import type { Change } from '../change.ts';
import { cpuDevice, deviceTypeOf } from '../device-type.ts';
import { readyMillisAt } from '../meter.ts';
import type { Inventory, SshAddress } from '../ports.ts';

/** The host fell silent: the meter stops at the moment when it was last seen. */
export const pauseMeter = action({
  name: 'pause_meter',
  needs: ({ sessionId }: { sessionId: string; at: Date }) => ({ session: { sessionId } }),
  decide: ({ session: facts }, { sessionId, at }): Decision<null> => {
    if (facts?.session.state !== 'running' || facts.session.readySince === null)
      return refuse({ kind: 'stale' });
    const readyMillis = readyMillisAt(facts.session, facts.lease, at);
    const set = { readySince: null, readyMillis };
    return accept(
      null,
      { kind: 'update_session', sessionId, set },
      { kind: 'notify', notice: 'session_changed', sessionId },
      { kind: 'notify_news', sessionId, news: { kind: 'silent' } },
    );
  },
});

/** The container is seen running again: the meter goes on, at the address it now has. */
export const resumeMeter = action({
  name: 'resume_meter',
  needs: ({ sessionId }: Resumed) => ({ session: { sessionId } }),
  decide: ({ session: facts }, { sessionId, url, ssh }: Resumed, { now }): Decision<null> => {
    if (facts?.session.state !== 'running') return refuse({ kind: 'stale' });
    const wasSilent = facts.session.readySince === null;
    const readySince = facts.session.readySince ?? now;
    return accept(
      null,
      { kind: 'update_session', sessionId, set: { readySince, url, ssh } },
      { kind: 'notify', notice: 'session_changed', sessionId },
      ...(wasSilent
        ? [{ kind: 'notify_news', sessionId, news: { kind: 'answers' } } as const]
        : []),
    );
  },
});
type Resumed = { sessionId: string; url: string; ssh: SshAddress | null };

/** Its SSH server was told these keys. */
export const reportKeys = action({
  name: 'report_keys',
  needs: ({ sessionId }: AdmittedKeys) => ({ session: { sessionId } }),
  decide: ({ session: facts }, { sessionId, token, keyIds }: AdmittedKeys): Decision<null> => {
    if (facts?.session.state !== 'running' || facts.session.claimToken !== token)
      return refuse({ kind: 'stale' });
    return accept(null, { kind: 'update_session', sessionId, set: { keyIds } });
  },
});
type AdmittedKeys = { sessionId: string; token: string; keyIds: readonly string[] };

/**
 * Brings a host's devices up to date with what was seen: new ones are offered, missing ones
 * quarantined, returned ones offered again. A host without GPUs offers slots of type `cpu`.
 */
export const recordInventory = action({
  name: 'record_inventory',
  needs: ({ hostId }: RecordedInventory) => ({ host: { hostId } }),
  decide: ({ host }, { hostId, devices }: RecordedInventory, { newId }): Decision<null> => {
    assert(host, 'the host is known');
    // A host whose driver broke is no host without GPUs: it has nothing to offer until mended.
    const hadGpus = host.devices.some(({ type }) => type !== cpuDevice);
    const seen = devices.filter(({ type }) => !hadGpus || type !== cpuDevice);
    const known = new Map(host.devices.map((device) => [device.uuid, device]));
    const seenUuids = new Set(seen.map(({ uuid }) => uuid));
    const changes = seen.map((device): Change => {
      const match = known.get(device.uuid);
      if (match === undefined)
        return { kind: 'add_device', device: { ...device, id: newId(), hostId } };
      const set = { index: device.index, state: 'offered' as const };
      return { kind: 'update_device', deviceId: match.id, set };
    });
    const missing = host.devices.filter(({ uuid }) => !seenUuids.has(uuid));
    return accept(
      null,
      ...changes,
      ...missing.map(({ id, index }): Change => {
        const set = { index, state: 'quarantined' as const };
        return { kind: 'update_device', deviceId: id, set };
      }),
    );
  },
});
type RecordedInventory = { hostId: string; devices: readonly SeenDevice[] };
export type SeenDevice = {
  uuid: string;
  index: number;
  type: string;
  model: string;
  memoryMib: number;
};

/** The devices that a host with this inventory has to offer. */
export function devicesOf({ devices, cpus, memoryBytes }: Inventory): SeenDevice[] {
  if (devices.length > 0)
    return devices.map(({ uuid, index, model, memoryMib }) => {
      return { uuid, index, model, memoryMib, type: deviceTypeOf(model) };
    });
  const slots = Math.min(8, Math.max(1, Math.floor(cpus / 2)));
  const memoryMib = Math.floor(memoryBytes / slots / 2 ** 20);
  return Array.from({ length: slots }, (_, index) => {
    return { uuid: `cpu-${index}`, index, model: 'CPU', memoryMib, type: cpuDevice };
  });
}
