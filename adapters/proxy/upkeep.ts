import type { Routes } from '../../core/access.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { type Certificate, type CertificateFiles, readCertificate } from './certificate.ts';
import type { Exchanges } from './exchanges.ts';

const upkeepMillis = 10_000;

/**
 * Now and then: what is open to a session that is over is broken off, also where its host is silent,
 * and a renewed certificate is taken up.
 */
export function createUpkeep(deps: {
  routes: Routes;
  clock: Clock;
  log: Log;
  exchanges: Exchanges;
}): (tls: Tls | null, signal: AbortSignal) => Promise<void> {
  const { clock, log } = deps;

  async function endOver() {
    for (const { name, sessionId } of deps.exchanges.routes()) {
      const found = await deps.routes.routeOf(name);
      const isOver = found.kind !== 'open' || found.route.sessionId !== sessionId;
      if (isOver && found.kind !== 'not_ready') deps.exchanges.endOf(sessionId);
    }
  }

  return async (tls, signal) => {
    while (!signal.aborted) {
      await clock.sleep(upkeepMillis, signal);
      if (signal.aborted) return;
      await endOver().catch((error) => log.warn('routes could not be read again', { error }));
      if (tls) await renew(tls, log);
    }
  };
}

export type Tls = {
  files: CertificateFiles;
  take(certificate: Certificate): void;
  /** In use now. */
  certificate: Certificate;
};

/** While the files are being replaced they may not fit: the one in use goes on. */
async function renew(tls: Tls, log: Log): Promise<void> {
  try {
    const read = await readCertificate(tls.files);
    if (read.cert === tls.certificate.cert && read.key === tls.certificate.key) return;
    tls.take(read);
    tls.certificate = read;
    log.info('took up a renewed certificate');
  } catch (error) {
    log.warn('the certificate could not be renewed', { error });
  }
}
