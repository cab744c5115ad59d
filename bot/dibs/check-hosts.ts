import { hostname } from 'node:os';
import { checkEngine } from '../../adapters/docker/check.ts';
import { pingEngine } from '../../adapters/docker/ping.ts';
import { bad, type Finding, note } from '../../core/finding.ts';
import { type Config, ConfigMistakes } from '../config.ts';
import { engineAt } from '../engine-at.ts';
import type { Look } from './look.ts';

const localSocket = '/var/run/docker.sock';

/** Those that a start would take: the configured ones, or this machine's engine. */
export async function checkHosts(config: Config, signal: AbortSignal): Promise<Look> {
  const local = { name: hostname(), docker: `unix://${localSocket}`, tls: undefined };
  if (config.hosts === undefined && !(await isLocalTaken(config)))
    return { findings: [simulated(config)], clocks: [] };
  const checks = await Promise.all(
    (config.hosts ?? [local]).map((host) => checkHost(host, signal)),
  );
  const findings = checks.map(({ finding }) => finding);
  const clocks = checks.flatMap(({ clock }) => (clock === null ? [] : [clock]));
  return { findings, clocks };
}

async function isLocalTaken({ fleet }: Config): Promise<boolean> {
  if (fleet !== 'auto') return fleet === 'docker';
  return pingEngine(localSocket);
}

function simulated({ fleet }: Config): Finding {
  const why = fleet === 'auto' ? 'no Docker engine answers here' : 'DIBS_FLEET says so';
  const advice = 'For real sessions, write hosts into dibs.yaml.';
  return note('Hosts', `none configured, and ${why}: the fleet is simulated`, advice);
}

async function checkHost(host: Parameters<typeof engineAt>[0], signal: AbortSignal) {
  try {
    return await checkEngine({ name: host.name, at: await engineAt(host) }, signal);
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) throw error;
    const advice = 'tls names the folder that has them, relative to dibs.yaml.';
    // The subject names the host already.
    const mistakes = error.mistakes.map((line) => line.replace(`hosts: ${host.name}: tls: `, ''));
    return { finding: bad(`Host ${host.name}`, mistakes.join(', '), advice), clock: null };
  }
}
