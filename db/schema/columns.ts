import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

/** An amount of credits; 3,600,000 ticks are one. */
export const ticks = (name: string) => bigint(name, { mode: 'bigint' });
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
export const period = customType<{ data: string }>({ dataType: () => 'tstzrange' });
