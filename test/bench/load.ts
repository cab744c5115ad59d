import { createRequire } from 'node:module';
import { quantile } from './figures.ts';

/** As much of autocannon, which has no types of its own, as is used here. */
type Autocannon = (asked: {
  url: string;
  connections: number;
  duration: number;
  headers: Record<string, string>;
}) => Promise<{ requests: { average: number }; non2xx: number; errors: number }> & {
  on(
    event: 'response',
    heard: (...heard: [client: unknown, status: number, bytes: number, millis: number]) => void,
  ): void;
};

/**
 * Puts load on an address in a process of its own, and prints what it took as JSON. Autocannon's
 * own percentiles are whole milliseconds, and 0 where the answer comes sooner: each time is taken
 * from its events, which have the fraction.
 */
const asked = JSON.parse(process.argv[2] ?? '');
const require = createRequire(import.meta.url);
const autocannon: Autocannon = require('autocannon');
const running = autocannon(asked);
const millis: number[] = [];
running.on('response', (...[, , , took]) => millis.push(took));
const { requests, non2xx, errors } = await running;
const said = { perSecond: requests.average, p99Ms: quantile(millis, 0.99), non2xx, errors };
process.stdout.write(JSON.stringify(said));
