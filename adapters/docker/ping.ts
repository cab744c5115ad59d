import { request } from 'node:http';

const limitMillis = 2000;

/** Whether a Docker engine answers at a socket of this machine. */
export function pingEngine(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/_ping', timeout: limitMillis }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asking.once('timeout', () => asking.destroy());
    asking.once('error', () => resolve(false));
    asking.end();
  });
}
