import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import Docker from 'dockerode';
import { Fault } from '../../core/fault.ts';
import { toFault } from './faults.ts';

/** How to reach an engine: its socket, or TCP with client certificates (PEM contents, not paths). */
export type ConnectionOptions =
  | { socketPath: string }
  | { host: string; port: number; ca: string; cert: string; key: string };

export type Connection = {
  docker: Docker;
  hostName: string;
  /**
   * Makes one call to the engine. `work` hands the signal it gets to dockerode as `abortSignal`.
   * Throws only Fault: `aborted` when the caller's signal did it, `host_unreachable` when the limit
   * passed. The own limit is needed because docker-modem's timeout ends with the headers, and a
   * hung engine accepts connections that it never answers.
   */
  call<T>(
    signal: AbortSignal,
    work: (abortSignal: AbortSignal) => Promise<T>,
    limitSeconds?: number,
  ): Promise<T>;
  close(): void;
};

const CALL_LIMIT_SECONDS = 10;
const MAX_SOCKETS = 64;

export function createConnection(hostName: string, options: ConnectionOptions): Connection {
  const agentOptions = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const agent =
    'socketPath' in options ? new HttpAgent(agentOptions) : new HttpsAgent(agentOptions);
  const overTls = { protocol: 'https', ...options } as const;
  const docker = new Docker({ ...('socketPath' in options ? options : overTls), ...{ agent } });
  return {
    docker,
    hostName,
    async call(signal, work, limitSeconds = CALL_LIMIT_SECONDS) {
      const limit = AbortSignal.timeout(limitSeconds * 1000);
      const either = AbortSignal.any([signal, limit]);
      try {
        return await untilAborted(work, either);
      } catch (error) {
        if (signal.aborted) throw new Fault('aborted', { host: hostName }, error);
        if (!limit.aborted) throw toFault(error, hostName);
        const detail = `${hostName}: the engine gave no answer within ${limitSeconds} s`;
        throw new Fault('host_unreachable', { host: hostName, detail }, error);
      }
    },
    close: () => agent.destroy(),
  };
}

/**
 * Work whose promise is never settled, or too late, still ends with the signal: it rejects with the
 * signal's reason.
 */
export function untilAborted<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) {
  return new Promise<T>((resolve, reject) => {
    const abandon = () => reject(signal.reason);
    if (signal.aborted) return abandon();
    signal.addEventListener('abort', abandon, { once: true });
    work(signal)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abandon));
  });
}
