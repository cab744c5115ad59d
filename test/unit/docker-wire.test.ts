import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { demultiplex } from '../../adapters/docker/exec.ts';
import { statusOf, toFault, tolerating } from '../../adapters/docker/faults.ts';
import { toTar } from '../../adapters/docker/tar.ts';

test('an archive of ours is read by tar with its modes and owners', () => {
  const archive = toTar([
    { path: 'run/dibs/', mode: 0o755, owner: 0, text: null },
    { path: 'run/dibs/token', mode: 0o400, owner: 1000, text: 'secret' },
  ]);
  const listing = execFileSync('tar', ['-tv', '--numeric-owner'], { input: archive }).toString();
  expect(listing).toMatch(
    /^drwxr-xr-x 0\/0 .* run\/dibs\/\n-r-{8} 1000\/1000 +6 .* run\/dibs\/token/,
  );
  expect(execFileSync('tar', ['-xO', 'run/dibs/token'], { input: archive }).toString()).toBe(
    'secret',
  );
});

test('frames are put together by stream, and a broken last one is kept', () => {
  const frame = (stream: number, text: string) => {
    const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length]);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const content = Buffer.concat([frame(1, 'one '), frame(2, 'trouble'), frame(1, 'two')]);
  expect(demultiplex(content)).toEqual({ stdout: 'one two', stderr: 'trouble' });
  expect(demultiplex(content.subarray(0, -1)).stdout).toBe('one tw');
});

function engineError(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) ${message}`), {
    statusCode,
    json: { message },
  });
}

const hookError =
  'OCI runtime create failed: container_linux.go: running hook #0: exit status 1, stderr: ' +
  "Auto-detected mode as 'legacy'\nnvidia-container-cli: ";

test.for([
  [`${hookError}device error: GPU-1: unknown device: unknown`, 'device_missing'],
  [
    `${hookError}initialization error: nvml error: driver not loaded: unknown`,
    'gpu_runtime_missing',
  ],
  ['could not select device driver "nvidia" with capabilities: [[gpu]]', 'gpu_runtime_missing'],
  ['CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=GPU-1', 'device_missing'],
  ['mkdir /var/lib/docker/overlay2/x: no space left on device', 'disk_full'],
  ['manifest for a/b:c not found: manifest unknown: manifest unknown', 'image_missing'],
  ['driver failed programming external connectivity: port is already allocated', 'engine_refused'],
] as const)('the engine saying "%s" is %s', ([message, code]) => {
  expect(toFault(engineError(500, message), 'ada').code).toBe(code);
});

test('the detail is the line that tells, with the host in front', () => {
  const fault = toFault(
    engineError(500, `${hookError}device error: GPU-1: unknown device: unknown`),
    'ada',
  );
  expect(fault.facts.detail).toBe('ada: nvidia-container-cli: device error: GPU-1: unknown device');
});

test.for([
  ['ECONNREFUSED', 'is Docker running?'],
  ['EACCES', 'group docker'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'TLS was refused'],
] as const)('no connection for %s advises: %s', ([code, advice]) => {
  const fault = toFault(Object.assign(new Error('no'), { code }), 'ada');
  expect(fault.code).toBe('host_unreachable');
  expect(fault.facts.detail).toContain(advice);
});

test('work that is done already is tolerated, other answers are not', async () => {
  await tolerating([304], Promise.reject(engineError(304, 'container already started')));
  const refused = tolerating([304], Promise.reject(engineError(500, 'no')));
  await expect(refused).rejects.toThrow('no');
  expect(statusOf(toFault(engineError(409, 'conflict'), 'ada'))).toBe(409);
});
