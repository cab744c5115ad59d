import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type CrookedServer = { origin: string; close(): Promise<void> };

/** Does with each connection's first bytes whatever it is told, which need not be HTTP. */
export async function startCrookedServer(
  treat: (socket: Socket, request: string) => void,
): Promise<CrookedServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (bytes) => treat(socket, String(bytes)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
