import type { RequestListener } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';

/** Leaves what is posted there to a library that answers Node's own requests. */
export function createListenerRoute({
  path,
  listener,
}: {
  path: string;
  listener: RequestListener;
}): Hono {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post(path, ({ env }) => {
    listener(env.incoming, env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  return app as unknown as Hono;
}
