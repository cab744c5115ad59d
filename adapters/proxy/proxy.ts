import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Access, Routes, SessionActivity } from '../../core/access.ts';
import type { Clock, Log, NewId } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { createActivity } from './activity.ts';
import { createAddress } from './address.ts';
import { createAdmission } from './admission.ts';
import { createBrowser } from './browser.ts';
import { type CertificateFiles, readCertificate } from './certificate.ts';
import { createExchanges } from './exchanges.ts';
import { createForward } from './forward.ts';
import { createForwardSocket } from './forward-socket.ts';
import { createGate } from './gate.ts';
import { createLinks } from './links.ts';
import { createReception } from './reception.ts';
import { createRouteCache } from './route-cache.ts';
import { closeServer, createWebServer, listen } from './server.ts';
import { createSignatures } from './signatures.ts';
import { createTrouble } from './trouble.ts';
import { createUpkeep } from './upkeep.ts';

export type ProxySettings = {
  /** The origin that browsers see; its path is not looked at. */
  publicUrl: URL;
  port: number;
  bind: string;
  /** Each session on a host of its own, `<name>.<public host>`. */
  subdomains: boolean;
  /** PEM files, read again when they change. Null: TLS is ended in front of us, or there is none. */
  tls: CertificateFiles | null;
  signingKey: Secret;
};

export type ProxyDeps = { routes: Routes; clock: Clock; newId: NewId; log: Log };

export type Proxy = {
  access: Access;
  /** Rejects with a sentence when the port is taken or the certificate is unusable. */
  listen(): Promise<{ port: number }>;
  /** Of sessions that have connections, or had news since this was last asked. */
  activity(): SessionActivity[];
  /** Ends WebSockets at once, and lets answers that are under way end for some seconds. */
  close(): Promise<void>;
};

/** Sessions on whatever host, behind one address: each for its holder alone. */
export function createProxy(settings: ProxySettings, deps: ProxyDeps): Proxy {
  const { clock, log } = deps;
  const address = createAddress(settings);
  const signatures = createSignatures(settings.signingKey, clock);
  const routes = createRouteCache(deps);
  const exchanges = createExchanges();
  const activity = createActivity(clock);
  const browser = createBrowser({ ...deps, address, signatures });
  const links = createLinks({ ...deps, address, signatures, found: routes, browser });
  const admissionOf = createAdmission({ signatures, routes, clock, address, browser });
  const passing = { address, activity, exchanges, trouble: createTrouble({ routes, log }) };
  const { forward, close: closeForward } = createForward(passing);
  const reception = createReception({
    judge: createGate({ address, admissionOf, browser, links, signatures }),
    forward,
    forwardSocket: createForwardSocket(passing),
    log,
  });
  const upkeep = createUpkeep({ ...deps, exchanges });
  const closing = new AbortController();
  let server: Server | SecureServer | null = null;

  return {
    access: links.access,
    async listen() {
      const certificate = settings.tls && (await readCertificate(settings.tls));
      const web = createWebServer(certificate, reception);
      server = web.server;
      const listening = await listen(server, settings, log);
      const { tls: files } = settings;
      const tls = files && certificate && { files, certificate, take: web.take };
      void upkeep(tls, closing.signal);
      return listening;
    },
    activity: activity.taken,
    async close() {
      closing.abort();
      if (server) await closeServer(server, { clock, exchanges });
      closeForward();
    },
  };
}
