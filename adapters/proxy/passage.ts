import type { Route } from '../../core/access.ts';

/** A request on its way to a session. */
export type Passage = {
  route: Route;
  /** What is asked for below the session's path, with the query. */
  rest: string;
};

/** The request line for the session's server, whose own base path may be another one. */
export function lineOf({ route, rest }: Passage): string {
  return `${new URL(route.url).pathname}${rest}`;
}
