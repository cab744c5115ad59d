import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const client = fileURLToPath(new URL('../../bot/gpu.ts', import.meta.url));

/** Runs the terminal client as somebody; `npx gpu` is no more than this. */
export function gpu(
  url: string,
  person: string,
  text: string,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env['PATH'], DIBS_URL: url, DIBS_PERSON: person };
  return new Promise((resolve) => {
    const options = { env, timeout: 60_000 };
    execFile(process.execPath, [client, ...text.split(' ')], options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** A read of the HTTP API as somebody of a local trial. */
export async function getApi<T>(url: string, person: string, path: string): Promise<T> {
  const headers = { 'x-dibs-person': person };
  const response = await fetch(new URL(path, url), { headers });
  return (await response.json()) as T;
}

export type ApiSession = {
  name: string;
  state: string;
  link: string | null;
  ssh: { host: string; port: number } | null;
  activity: { connections: number; lastActiveAt: string } | null;
  verdict: { ok: boolean; cuda: boolean } | null;
  host: string;
  devices: { uuid: string }[];
  readySeconds: number;
  chargedTicks: string | null;
  ticksPerDeviceSecond: string;
  endReason: string | null;
  faultDetail: string | null;
};
