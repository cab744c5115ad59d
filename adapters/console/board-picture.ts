import type { Board, BoardHost, SessionView } from '../../core/view.ts';

/**
 * What everybody may see of the board. Fields are named one by one: a session in the queue carries
 * its holder's token and address, which must not reach the page of anybody else.
 */
export function pictureOf(board: Board) {
  return { hosts: board.hosts.map(hostPicture), queue: board.queue.map(waitingPicture) };
}

function hostPicture(host: BoardHost) {
  const { name, state, simulated, engine, cuda, seenAt, fault } = host;
  const devices = host.devices.map(devicePicture).sort((a, b) => a.index - b.index);
  return { name, state, simulated, engine, cuda, seenAt, fault, devices };
}

function devicePicture({ uuid, index, type, model, ...device }: BoardHost['devices'][number]) {
  return {
    uuid,
    index,
    type,
    model,
    state: device.state,
    memoryMib: device.memoryMib,
    memoryUsedMib: device.sample?.memoryUsedMib ?? null,
    utilizationPercent: device.sample?.utilizationPercent ?? null,
    session: device.session && {
      name: device.session.name,
      holder: device.session.holder,
      state: device.session.state,
      until: device.session.until,
    },
  };
}

function waitingPicture(session: SessionView) {
  return {
    id: session.id,
    name: session.name,
    holder: session.holder.name,
    deviceType: session.deviceType,
    deviceCount: session.deviceCount,
    leaseSeconds: session.leaseSeconds,
    requestedAt: session.requestedAt,
  };
}
