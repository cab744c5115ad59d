import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

export type Certificate = { cert: string; key: string };

export type CertificateFiles = { certificate: string; key: string };

/** Both files, checked to belong together. Rejects with a sentence that names them. */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([
    readPem(files.certificate, 'proxy.tls.certificate'),
    readPem(files.key, 'proxy.tls.key'),
  ]);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const { certificate } = files;
    const what = `${certificate} and ${files.key} are no certificate and its key`;
    throw new Error(`${what}: both are PEM, and the key is that of the certificate.`, { cause });
  }
  return { cert, key };
}

async function readPem(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`${path} cannot be read. Check ${setting}.`, { cause });
  }
}
