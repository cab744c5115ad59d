import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { unreachable } from '../../core/assert.ts';
import type { Log } from '../../core/ports.ts';
import type { Forward } from './forward.ts';
import type { ForwardSocket } from './forward-socket.ts';
import type { Gate, Judgement } from './gate.ts';
import { nowhere, unreadRecord } from './said.ts';
import { lead, say, sayRaw } from './say.ts';

export type Reception = {
  onRequest(req: IncomingMessage, res: ServerResponse): Promise<void>;
  onUpgrade(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
};

/** Does with each request and upgrade what the gate says. */
export function createReception(deps: {
  judge: Gate;
  forward: Forward;
  forwardSocket: ForwardSocket;
  log: Log;
}): Reception {
  async function judged(req: IncomingMessage): Promise<Judgement> {
    try {
      return await deps.judge(req);
    } catch (error) {
      deps.log.error('a session could not be looked up', { error });
      return { kind: 'said', said: unreadRecord };
    }
  }

  async function answer(req: IncomingMessage, res: ServerResponse) {
    const judgement = await judged(req);
    if (res.destroyed) return;
    switch (judgement.kind) {
      case 'said':
        return say(req, res, judgement.said);
      case 'lead':
        return lead(res, judgement.to, judgement.headers);
      case 'forward':
        return deps.forward(req, res, judgement);
      default:
        return unreachable(judgement);
    }
  }

  async function upgrade(req: IncomingMessage, socket: Socket, head: Buffer) {
    const judgement = await judged(req);
    if (socket.destroyed) return;
    if (judgement.kind === 'forward') deps.forwardSocket({ req, socket, head }, judgement);
    else sayRaw(socket, judgement.kind === 'said' ? judgement.said : nowhere);
  }

  /** A broken invariant ends the one request, not the process. */
  function giveUp(connection: { destroy(): unknown }, error: unknown) {
    deps.log.error('a request was given up', { error });
    connection.destroy();
  }

  return {
    onRequest: (req, res) => answer(req, res).catch((error) => giveUp(res, error)),
    onUpgrade(req, socket, head) {
      // Until it is passed on, nobody else listens to it.
      socket.on('error', () => socket.destroy());
      return upgrade(req, socket, head).catch((error) => giveUp(socket, error));
    },
  };
}
