export type Address = {
  isSecure: boolean;
  /** The public host, with its port where that is not the usual one. */
  host: string;
  /** The host and the origin of that session's pages. */
  hostOf(name: string): string;
  originOf(name: string): string;
  /** As browsers write it: in small letters, without the usual port. */
  plainHost(asked: string | undefined): string;
};

/** The public address; with subdomains each session has a host of its own below it. */
export function createAddress(settings: { publicUrl: URL; subdomains: boolean }): Address {
  const { protocol, host } = settings.publicUrl;
  const usualPort = protocol === 'https:' ? ':443' : ':80';
  const hostOf = (name: string) => (settings.subdomains ? `${name}.${host}` : host);
  return {
    isSecure: protocol === 'https:',
    host,
    hostOf,
    originOf: (name) => `${protocol}//${hostOf(name)}`,
    plainHost(asked = '') {
      const small = asked.toLowerCase();
      return small.endsWith(usualPort) ? small.slice(0, -usualPort.length) : small;
    },
  };
}

/** Capitals and dots are in no name, so no two addresses lead to one session. */
export function isSessionName(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}

/** Where a session's pages begin, on its origin. */
export function pathOf(name: string): string {
  return `/s/${name}/`;
}

/** On the session's origin. */
export function leavePathOf(name: string): string {
  return `/leave/${name}`;
}
