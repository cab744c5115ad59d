import { z } from 'zod';
import { type ClockReading, clockReading } from '../../core/clock-reading.ts';
import { Fault } from '../../core/fault.ts';
import { bad, type Finding, good, note } from '../../core/finding.ts';
import { type Connection, type ConnectionOptions, createConnection } from './connection.ts';
import { exec } from './exec.ts';
import { toFault } from './faults.ts';
import { CSV, GPU_QUERY, parseDevices } from './nvidia-smi.ts';

/** What an engine tells of itself. `SystemTime` is its machine's clock. */
const engineFacts = z.object({
  ServerVersion: z.string(),
  SystemTime: z.coerce.date(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  /** From Engine 28 on: what containers can be given by CDI. */
  DiscoveredDevices: z.array(z.object({ ID: z.string() })).nullish(),
});

/** The published types of `info` do not know the signal that it takes. */
type Informing = { info(options: { abortSignal: AbortSignal }): Promise<unknown> };

export type EngineCheck = { finding: Finding; clock: ClockReading | null };

/**
 * Whether an engine answers, and what it can give to containers. Makes nothing there: the driver is
 * asked only where a probe runs already.
 */
export async function checkEngine(
  host: { name: string; at: ConnectionOptions },
  signal: AbortSignal,
): Promise<EngineCheck> {
  const connection = createConnection(host.name, host.at);
  const subject = `Host ${host.name}`;
  let clock: ClockReading | null = null;
  try {
    const { docker, call } = connection;
    const informing: Informing = docker;
    const askedAt = new Date();
    const told = await call(signal, (abortSignal) => informing.info({ abortSignal }));
    const facts = engineFacts.parse(told);
    clock = clockReading(host.name, facts.SystemTime, { askedAt, answeredAt: new Date() });
    const engine = `docker ${facts.ServerVersion}`;
    return { finding: await checkGpus(connection, { subject, engine, facts }, signal), clock };
  } catch (error) {
    const { code, facts } = toFault(error, host.name);
    const advice = code === 'gpu_runtime_missing' ? mendDriver : mendEngine;
    // The subject names the host already.
    const text = (facts.detail ?? code).replace(`${host.name}: `, '');
    return { finding: bad(subject, text, advice), clock };
  } finally {
    connection.close();
  }
}

const mendEngine =
  'On that machine, “docker version” says whether the engine runs; in dibs.yaml, hosts says where it is.';
const mendDriver = 'On that machine, “nvidia-smi” says what its driver lacks.';

type Told = { subject: string; engine: string; facts: z.output<typeof engineFacts> };

async function checkGpus(
  connection: Connection,
  { subject, engine, facts }: Told,
  signal: AbortSignal,
): Promise<Finding> {
  const probe = await runningProbe(connection, signal);
  if (probe !== null) {
    const text = `${engine}, ${await devicesSeenIn(connection, probe, signal)}`;
    return good(subject, text);
  }
  const byCdi = facts.DiscoveredDevices?.some(({ ID }) => ID.startsWith('nvidia.com/')) ?? false;
  if (byCdi || 'nvidia' in (facts.Runtimes ?? {})) {
    const text = `${engine} with NVIDIA’s runtime; its GPUs are listed once Dibs runs`;
    return good(subject, text);
  }
  const text = `${engine} without NVIDIA’s runtime: it offers its processors only, as cpu`;
  return note(subject, text, installToolkit);
}

const installToolkit = 'For its GPUs, install nvidia-container-toolkit there and restart Docker.';

/** That of any installation. */
async function runningProbe({ docker, call }: Connection, signal: AbortSignal) {
  const filters = { label: ['dibs.role=probe'], status: ['running'] };
  const [found] = await call(signal, (abortSignal) =>
    docker.listContainers({ filters, abortSignal }),
  );
  return found?.Id ?? null;
}

async function devicesSeenIn(connection: Connection, id: string, signal: AbortSignal) {
  const command = ['timeout', '5', 'nvidia-smi', GPU_QUERY, CSV];
  const { exitCode, stdout } = await exec(connection, { id, command }, signal);
  const rows = parseDevices(stdout);
  if (exitCode !== 0 || rows.length === 0) {
    const said = stdout.trim().split('\n')[0] ?? '';
    const detail = `nvidia-smi: ${said || `exit status ${exitCode}`}`;
    throw new Fault('gpu_runtime_missing', { detail });
  }
  const models = Map.groupBy(rows, ({ device }) => device.model);
  const counted = [...models].map(([model, all]) => `${all.length} × ${model}`);
  return `NVIDIA driver ${rows[0]?.driver}, ${counted.join(', ')}`;
}
