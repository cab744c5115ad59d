import type { Route } from '../../../core/access.ts';

/** Bob's session of that name, on a server that nobody asks. */
const routeOf = (name: string): Route => ({
  sessionId: `id-of-${name}`,
  name,
  holderId: 'bob',
  url: `http://127.0.0.1:1/s/${name}/`,
  token: 'a token',
});

export const otter = routeOf('brave-otter');
export const heron = routeOf('calm-heron');
