import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { bad, type Finding, good, note } from '../../core/finding.ts';
import type { Config } from '../config.ts';
import type { Look } from './look.ts';

const subject = 'Proxy';
const soonDays = 14;

/** Where sessions are behind one address: its certificate. Whether it is reached, DNS decides. */
export async function checkProxy({ proxy }: Config): Promise<Look> {
  if (proxy === undefined) return { findings: [], clocks: [] };
  const { origin, hostname } = proxy.publicUrl;
  if (proxy.tls === undefined) {
    const advice = `Your own proxy must hand ${origin} and its WebSockets to ${proxy.bind}:${proxy.port}.`;
    const text = `${origin}, without a certificate of its own`;
    return { findings: [note(subject, text, advice)], clocks: [] };
  }
  const { certificate, key } = proxy.tls;
  const names = proxy.subdomains ? [hostname, `brave-otter.${hostname}`] : [hostname];
  const finding = await readFile(certificate, 'utf8').then(
    (pem) => certificateFinding(pem, { path: certificate, origin, names }),
    () => unread(certificate),
  );
  const isKeyThere = await readFile(key, 'utf8').then(
    () => true,
    () => false,
  );
  return { findings: [finding, ...(isKeyThere ? [] : [unread(key)])], clocks: [] };
}

function unread(path: string): Finding {
  const advice = 'proxy: tls names the files, relative to dibs.yaml.';
  return bad(subject, `${path} cannot be read`, advice);
}

function certificateFinding(
  pem: string,
  { path, origin, names }: { path: string; origin: string; names: readonly string[] },
): Finding {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return bad(subject, `${path} is no certificate`, 'Write there the whole chain, as PEM.');
  }
  const missing = names.filter((name) => certificate.checkHost(name) === undefined);
  if (missing.length > 0)
    return bad(subject, `${path} is not for ${missing.join(', ')}`, 'Browsers would refuse it.');
  const until = certificate.validToDate;
  const days = Math.floor((until.getTime() - Date.now()) / 86_400_000);
  const text = `${origin}, certificate until ${until.toISOString().slice(0, 10)}`;
  if (days < 0) return bad(subject, text, 'It has expired: renew it. Dibs takes it up by itself.');
  return days < soonDays ? note(subject, text, 'Renew it soon.') : good(subject, text);
}
