import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startGpuHost } from '../support/gpu-host.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { median, printTable, round } from './figures.ts';

const root = join(import.meta.dirname, '../..');
const settleMillis = 20_000;
const readings = 10;

/** Memory of the whole process, idle, on Postgres and one Docker host. */
export async function benchIdle(): Promise<Record<string, number>> {
  const gpu = { model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 };
  const host = await startGpuHost({ gpus: [gpu, gpu] });
  const postgres = await startPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'dibs-idle-'));
  const { socketPath } = host.connection as { socketPath: string };
  const entry = `hosts:\n  - {name: gpu-1, docker: 'unix://${socketPath}', probeImage: '${host.probeImage}'}\n`;
  await writeFile(join(folder, 'dibs.yaml'), entry);
  const flags = await startFlags();
  const main = join(root, 'bot/main.ts');
  const env = { PATH: process.env['PATH'], DATABASE_URL: postgres.url, DIBS_PORT: '0' };
  const child = spawn(process.execPath, [...flags, main], {
    cwd: folder,
    env,
    stdio: ['ignore', 2, 2],
  });
  try {
    await pause(settleMillis);
    const rss: number[] = [];
    for (let reading = 0; reading < readings; reading += 1) {
      rss.push(await residentMegabytes(child.pid ?? 0));
      await pause(1000);
    }
    printTable([
      ['idle on Postgres', 'MB'],
      ['median', round(median(rss), 1)],
      ['most', round(Math.max(...rss), 1)],
    ]);
    return { rssMb: round(median(rss), 1) };
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    await postgres.stop();
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** As `npm start` runs it. */
async function startFlags(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return scripts.start.split(' ').slice(1, -1);
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kilobytes === undefined) throw new Error('the process has ended');
  return (Number(kilobytes) * 1024) / 1e6;
}
