import type { Fields } from './check.ts';
import type { Ills } from './ills.ts';
import { limits } from './limits.ts';
import type { Workspace } from './workspace.ts';

export type Payload = {
  kind: 'slash_commands' | 'interactive' | 'events_api';
  body: Fields;
};
export type Retry = { attempt: number; reason: string };
export type Ack =
  | { isAcked: true; response: unknown }
  | {
      isAcked: false;
      reason: 'http_timeout' | 'http_error' | 'connection_failed';
      /** The app said that it does not want it again. */
      isFinal: boolean;
    };
export type Sent = {
  ack: Promise<Ack>;
  /** The very same bytes once more: the same envelope, or the same signature and time. */
  again(): Sent;
};
export type Transport = { send(payload: Payload, retry: Retry | null): Sent };

/** How the app took what it was sent. */
export type Delivered = {
  acked: boolean;
  ackMillis: number;
  /** What the acknowledgement said to the person. */
  ackText: string | null;
  response: unknown;
  /** What the person is told where it went wrong: `operation_timeout`. */
  problem: string | null;
  triggerId: string | null;
  body: Fields;
  /** The same payload under a new envelope or signature, as Slack sends what it takes for lost. */
  redeliver(): Promise<Delivered>;
  /** The same bytes, as somebody who overheard them sends them. */
  replay(): Promise<Delivered>;
};

export type Courier = ReturnType<typeof createCourier>;

/** Brings payloads to the app, and events again that it did not acknowledge. */
export function createCourier(workspace: Workspace, ills: Ills, transport: Transport) {
  const { clock } = workspace;
  const send: Transport['send'] = (payload, retry) =>
    ills.isOut ? nowhere() : transport.send(payload, retry);
  let underWay = 0;

  async function follow(payload: Payload, sent: Sent): Promise<Delivered & { ack: Ack }> {
    const startedAt = clock.now();
    underWay += 1;
    const ack = await keepOrDrop(await sent.ack, startedAt);
    underWay -= 1;
    const response = ack.isAcked ? ack.response : null;
    workspace.changed();
    return {
      ack,
      acked: ack.isAcked,
      ackMillis: clock.now() - startedAt,
      ackText: textOf(response),
      response,
      problem: problemOf(ack),
      triggerId: typeof payload.body['trigger_id'] === 'string' ? payload.body['trigger_id'] : null,
      body: payload.body,
      redeliver: () => follow(payload, send(payload, retryOf(payload, 1))),
      replay: () => follow(payload, sent.again()),
    };
  }

  /** An acknowledgement that is lost on its way is one that never came. */
  async function keepOrDrop(ack: Ack, startedAt: number): Promise<Ack> {
    if (!ack.isAcked || ills.acksToDrop === 0) return ack;
    ills.acksToDrop -= 1;
    workspace.changed();
    const leftMillis = startedAt + limits.ack.millis - clock.now();
    await new Promise<void>((resolve) => clock.after(leftMillis, resolve));
    return { isAcked: false, reason: 'http_timeout', isFinal: false };
  }

  function retryLater(payload: Payload, ack: Ack, attempt: number): void {
    const delayMillis = limits.retryMillis[attempt];
    if (ack.isAcked || ack.isFinal || delayMillis === undefined) return;
    clock.after(delayMillis, () => {
      const sent = send(payload, { attempt: attempt + 1, reason: ack.reason });
      void follow(payload, sent).then(({ ack: next }) => retryLater(payload, next, attempt + 1));
    });
  }

  return {
    /** Resolves when nothing that was sent waits for its acknowledgement. */
    quiet: () => workspace.until(() => underWay === 0),
    async deliver(payload: Payload): Promise<Delivered> {
      const first = follow(payload, send(payload, null));
      const second = ills.deliverTwice ? follow(payload, send(payload, retryOf(payload, 1))) : null;
      const [delivered] = await Promise.all([first, second]);
      if (payload.kind === 'events_api') retryLater(payload, delivered.ack, 0);
      return delivered;
    },
  };
}

/** While Slack itself is out, nothing gets to the app. */
function nowhere(): Sent {
  const ack: Ack = { isAcked: false, reason: 'connection_failed', isFinal: false };
  return { ack: Promise.resolve(ack), again: nowhere };
}

/** Only events carry the number of their retry. */
function retryOf({ kind }: Payload, attempt: number): Retry | null {
  return kind === 'events_api' ? { attempt, reason: 'http_timeout' } : null;
}

function problemOf(ack: Ack): string | null {
  if (ack.isAcked) return null;
  return ack.reason === 'http_timeout' ? 'operation_timeout' : 'dispatch_failed';
}

function textOf(response: unknown): string | null {
  if (typeof response !== 'object' || response === null || !('text' in response)) return null;
  return typeof response.text === 'string' ? response.text : null;
}
