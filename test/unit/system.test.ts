import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';

import { createSystemClock } from '../../adapters/system/clock.ts';
import { withoutParameters } from '../../adapters/system/log.ts';
import { newId } from '../../adapters/system/new-id.ts';

test('an aborted sleep resolves at once and leaves no listener', async () => {
  const control = new AbortController();
  const sleeping = createSystemClock().sleep(60_000, control.signal);
  expect(getEventListeners(control.signal, 'abort')).toHaveLength(1);
  control.abort();
  await sleeping;
  await createSystemClock().sleep(60_000, control.signal);
  expect(getEventListeners(control.signal, 'abort')).toHaveLength(0);
});

test('a finished sleep leaves no listener', async () => {
  const { signal } = new AbortController();
  await createSystemClock().sleep(1, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('a sleep that no timer can hold is refused', async () => {
  const { signal } = new AbortController();
  await expect(createSystemClock().sleep(2 ** 31, signal)).rejects.toThrow('24 days');
});

test('an id is a UUIDv7 of the moment in which it was made', () => {
  const before = Date.now();
  const id = newId();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const madeAt = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  expect(madeAt).toBeGreaterThanOrEqual(before);
  expect(madeAt).toBeLessThanOrEqual(Date.now());
});

test('ten thousand ids are all different', () => {
  expect(new Set(Array.from({ length: 10_000 }, newId)).size).toBe(10_000);
});

test('a failed statement is logged without its parameters', () => {
  const failed = Object.assign(new Error('Failed query: insert … params: secret'), {
    query: 'insert …',
    params: ['secret'],
    cause: new Error('connection lost'),
  });
  expect(JSON.stringify(withoutParameters(failed))).not.toContain('secret');
  expect(withoutParameters(failed)).toMatchObject({ query: 'insert …', cause: 'connection lost' });
});
