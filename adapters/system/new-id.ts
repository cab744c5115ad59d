import { randomUUIDv7 } from 'node:crypto';

import type { NewId } from '../../core/ports.ts';

/** Ids sort by the millisecond in which they were made; within one, their order is random. */
export const newId: NewId = () => randomUUIDv7();
