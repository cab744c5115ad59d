import { Fault } from '../../core/fault.ts';
import type { ContainerSpec, SshKey } from '../../core/ports.ts';
import type { Connection } from './connection.ts';
import { PERSON_UID, SYSTEM_PATH } from './container-spec.ts';
import { listContainers } from './containers.ts';
import { exec } from './exec.ts';
import type { Host } from './host.ts';
import { parseVisible } from './nvidia-smi.ts';
import { toTar } from './tar.ts';

type Container = { containerId: string; spec: ContainerSpec };

const WORKSPACE_NOT_WRITABLE = 91;
const TOKEN_NOT_WRITTEN = 92;

/** Moved into their place whole, as they may be read at any time. */
const WRITE_KEYS = `printf %s "$DIBS_KEYS" > /run/dibs/keys.new &&
  mv /run/dibs/keys.new /run/dibs/authorized_keys`;

/**
 * One exec while Jupyter boots, as each costs the engine a tenth of a second: it leaves token and keys
 * in the folder in memory that the session's user alone reads, and asks which devices are seen. An
 * exec's environment is shown by no inspection, unlike a container's.
 */
const SCRIPT = `PATH=${SYSTEM_PATH}; umask 077
{ ${WRITE_KEYS} &&
  printf %s "$DIBS_TOKEN" > /run/dibs/token.new && mv /run/dibs/token.new /run/dibs/token; } ||
  exit ${TOKEN_NOT_WRITTEN}
unset DIBS_TOKEN DIBS_KEYS
[ -w /workspace ] || exit ${WORKSPACE_NOT_WRITABLE}
exec timeout 5 nvidia-smi -L`;

/** Hands the token in, and throws device_missing unless exactly the leased devices are seen. */
export async function admit(connection: Connection, container: Container, signal: AbortSignal) {
  const ran = await runScript(connection, container, signal);
  const { spec } = container;
  const seen = parseVisible(ran.stdout).toSorted();
  const leased = spec.deviceUuids.toSorted();
  if (seen.join() === leased.join()) return;
  const host = connection.hostName;
  const said = ran.exitCode === 0 ? seen.join(' ') : ran.stdout.split('\n')[0];
  const detail = `${host}: leased ${leased.join(' ') || 'no GPU'}; seen inside: ${said || 'none'}`;
  throw new Fault('device_missing', { host, detail });
}

async function runScript(connection: Connection, container: Container, signal: AbortSignal) {
  const { containerId: id, spec } = container;
  const environment = [`DIBS_TOKEN=${spec.token}`, keysVariable(spec.sshKeys)];
  const script = { id, command: ['sh', '-c', SCRIPT], environment };
  const ran = await exec(connection, script, signal);
  if (ran.exitCode === WORKSPACE_NOT_WRITABLE) {
    await giveWorkspace(connection, id, signal);
    return exec(connection, script, signal);
  }
  if (ran.exitCode !== TOKEN_NOT_WRITTEN) return ran;
  const host = connection.hostName;
  const detail = `${host}: the token could not be written: ${ran.stderr.trim()}`;
  throw new Fault('engine_refused', { host, detail });
}

/** `Spawner.admitKeys`. A session that does not run any more has nothing to be told. */
export async function admitKeys(
  { connection, installationId }: Host,
  { sessionId, keys }: { sessionId: string; keys: readonly SshKey[] },
  signal: AbortSignal,
) {
  const which = { installationId, role: 'session', sessionId } as const;
  for (const { Id: id, State } of await listContainers(connection, which, signal)) {
    if (State !== 'running') continue;
    const script = {
      id,
      command: ['sh', '-c', `PATH=${SYSTEM_PATH}; umask 077\n${WRITE_KEYS}`],
    };
    const ran = await exec(connection, { ...script, environment: [keysVariable(keys)] }, signal);
    if (ran.exitCode === 0) continue;
    const host = connection.hostName;
    const detail = `${host}: the SSH keys could not be written: ${ran.stderr.trim()}`;
    throw new Fault('engine_refused', { host, detail });
  }
}

function keysVariable(keys: readonly SshKey[]): string {
  return `DIBS_KEYS=${keys.map(({ publicKey }) => `${publicKey}\n`).join('')}`;
}

/** Where an image has no /workspace of its own, the engine leaves the volume's folder to root. */
function giveWorkspace({ docker, call }: Connection, id: string, signal: AbortSignal) {
  const folder = { path: 'workspace/', mode: 0o755, owner: PERSON_UID, text: null };
  return call(signal, (abortSignal) =>
    docker.getContainer(id).putArchive(toTar([folder]), { path: '/', abortSignal }),
  );
}
