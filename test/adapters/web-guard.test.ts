import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { onlyLoopback } from '../../adapters/web/guard.ts';
import { listen } from '../../adapters/web/server.ts';
import type { Log } from '../../core/ports.ts';
import { quietLog } from '../support/site.ts';

const app = new Hono().use('*', onlyLoopback).all('*', (context) => context.text('in'));

async function statusOf(headers: Record<string, string>, method = 'GET'): Promise<number> {
  return (await app.request('/console/commands', { method, headers })).status;
}

describe('the console’s guard', () => {
  it.each(['localhost', 'localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'LOCALHOST:8080'])(
    'lets in who came by %s',
    async (host) => {
      expect(await statusOf({ host })).toBe(200);
    },
  );

  // By DNS, any name can lead a browser to 127.0.0.1.
  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost:8080@evil.example',
    '0.0.0.0:8080',
    '',
  ])('keeps out who came by “%s”', async (host) => {
    expect(await statusOf({ host })).toBe(403);
    expect(await statusOf({ host, origin: `http://${host}` }, 'POST')).toBe(403);
  });

  const host = 'localhost:8080';

  it.each(['https://evil.example', 'http://localhost:3000', 'https://localhost:8080', 'null'])(
    'keeps out a page of %s',
    async (origin) => {
      expect(await statusOf({ host, origin }, 'POST')).toBe(403);
      expect(await statusOf({ host, origin })).toBe(403);
    },
  );

  it('lets its own page in', async () => {
    const own = { host, origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' };
    expect(await statusOf(own, 'POST')).toBe(200);
  });

  it('lets a link on another page lead here, and nothing else of that page', async () => {
    const elsewhere = { host, 'sec-fetch-site': 'cross-site' };
    expect(await statusOf({ ...elsewhere, 'sec-fetch-mode': 'navigate' })).toBe(200);
    expect(await statusOf({ ...elsewhere, 'sec-fetch-mode': 'navigate' }, 'POST')).toBe(403);
    expect(await statusOf({ ...elsewhere, 'sec-fetch-mode': 'no-cors' })).toBe(403);
    expect(await statusOf({ ...elsewhere, 'sec-fetch-mode': 'cors' })).toBe(403);
  });
});

describe('the server', () => {
  const site = { bind: '127.0.0.1', port: 0 };

  it('says which port is taken, and what to set', async () => {
    const server = await listen(app, site, quietLog);
    const second = listen(app, { ...site, port: server.port }, quietLog);
    await expect(second).rejects.toThrow(`Port ${server.port} is taken. Set DIBS_PORT`);
    await server.close();
  });

  it('logs what goes wrong while it listens, each time, and listens on', async () => {
    const logged: unknown[] = [];
    const log: Log = { ...quietLog, error: (_, fields) => void logged.push(fields?.['error']) };
    const server = await listen(app, site, log);
    const troubles = [new Error('accept EMFILE'), new Error('accept ENFILE')];
    const url = `http://127.0.0.1:${server.port}/`;
    const fail = (message: unknown) =>
      void (message as { server: Server }).server.emit('error', troubles[logged.length]);
    subscribe('http.server.request.start', fail);
    for (const _ of troubles) expect((await fetch(url)).status).toBe(200);
    unsubscribe('http.server.request.start', fail);
    expect(logged).toEqual(troubles);
    await server.close();
  });

  it('closes also while somebody listens to a stream', async () => {
    const endless = new Hono().get('/', () => new Response(new ReadableStream()));
    const server = await listen(endless, site, quietLog);
    const listening = fetch(`http://127.0.0.1:${server.port}/`).catch(() => null);
    await server.close();
    await listening;
    await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow();
  });
});
