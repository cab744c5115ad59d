import type { IncomingMessage } from 'node:http';

/**
 * Whether a page of another origin made the request. Jupyter asks for no proof of its own where a
 * token comes along, and ours always does, so this is all that keeps such a page out.
 */
export function isForeign(req: IncomingMessage, ownOrigin: string): boolean {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode, upgrade } = req.headers;
  const isReading = (req.method === 'GET' || req.method === 'HEAD') && upgrade === undefined;
  if (!isReading && origin !== undefined && origin !== ownOrigin) return true;
  // A link on another page may lead here; all else it may not.
  return (site === 'cross-site' || site === 'same-site') && !(isReading && mode === 'navigate');
}
