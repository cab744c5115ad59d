import { createHash } from 'node:crypto';

/** JSON that keeps ticks and instants: `{"$ticks":"36"}`, `{"$at":"2026-…Z"}`. */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return { $ticks: value.toString() };
  if (value instanceof Date) return { $at: value.toISOString() };
  if (Array.isArray(value)) return value.map(toJson);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([key, member]) => [key, toJson(member)]));
}

export function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (value === null || typeof value !== 'object') return value;
  if ('$ticks' in value) return BigInt(String(value.$ticks));
  if ('$at' in value) return new Date(String(value.$at));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromJson(member)]));
}

/** The same for inputs that mean the same: members in whatever order. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(toJson(value))))
    .digest('base64url');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
