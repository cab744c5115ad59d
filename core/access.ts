/** Where the browser of a session's holder goes. */
export type Access = {
  linkTo(session: Route): Promise<string>;
};

/** A session that answers, and how it is reached from here. */
export type Route = {
  sessionId: string;
  name: string;
  holderId: string;
  /** Jupyter's address on its host, with its base path `/s/<name>/` and a trailing slash. */
  url: string;
  token: string;
};

/** What there is under a session's name. */
export type Found =
  | { kind: 'open'; route: Route }
  | { kind: 'not_ready'; name: string }
  | { kind: 'ended'; name: string; endedAt: Date | null; words: string }
  | { kind: 'unknown' };

/** What the proxy needs of the record. */
export type Routes = {
  routeOf(name: string): Promise<Found>;
  /** True the first time for this link. */
  useLink(link: { id: string; validUntil: Date }): Promise<boolean>;
};

export type SessionActivity = {
  sessionId: string;
  /** WebSockets that are open. */
  connections: number;
  lastActiveAt: Date;
};
