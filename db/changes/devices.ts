import { eq, sql } from 'drizzle-orm';
import { devices } from '../schema/fleet.ts';
import { leaseDevices } from '../schema/sessions.ts';
import { one, writersOf } from './context.ts';

/** Which devices there are, and which lease has them. */
export const deviceChanges = writersOf({
  async add_device({ tx }, { device }) {
    await tx.insert(devices).values({ ...device, state: 'offered' });
  },
  update_device({ tx }, { deviceId, set }) {
    const changed = tx.update(devices).set(set).where(eq(devices.id, deviceId));
    return one(changed.returning({ id: devices.id }));
  },
  async assign_devices({ tx, now }, { leaseId, deviceIds }) {
    const during = `[${now.toISOString()},)`;
    await tx
      .insert(leaseDevices)
      .values(
        deviceIds.map((deviceId) => ({ leaseId, deviceId, during, state: 'active' as const })),
      );
  },
  async free_devices({ tx, now }, { leaseId }) {
    const until = sql`greatest(lower(during), ${now.toISOString()})`;
    await tx
      .update(leaseDevices)
      .set({ state: 'ended', during: sql`tstzrange(lower(during), ${until}, '[]')` })
      .where(eq(leaseDevices.leaseId, leaseId));
  },
});
