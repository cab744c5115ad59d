import type { ClockReading } from '../../core/clock-reading.ts';
import type { Finding } from '../../core/finding.ts';

/** One part of what the doctor looks at: what was found, and which clocks were read on the way. */
export type Look = { findings: readonly Finding[]; clocks: readonly ClockReading[] };
