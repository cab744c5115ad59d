import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createConnection } from '../../adapters/docker/connection.ts';
import { demultiplex } from '../../adapters/docker/exec.ts';
import {
  lacksGpuDriver,
  statusOf,
  toFault,
  tolerating,
  toStreamFault,
} from '../../adapters/docker/faults.ts';
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

test.for([
  ['could not select device driver "nvidia"', 'gpu_runtime_missing'],
  ['OCI: unknown device: GPU-1', 'device_missing'],
  ['nvidia-ctk: failed', 'gpu_runtime_missing'],
  ['libnvidia-ml.so.1: cannot open shared object file', 'gpu_runtime_missing'],
  ['disk quota exceeded', 'disk_full'],
  ['manifest for a:b not found', 'image_missing'],
  ['pull access denied for a, repository does not exist', 'image_missing'],
  ['No such image: a:b', 'image_missing'],
] as const)('in a stream, too, the engine saying "%s" is %s', ([message, code]) => {
  expect(toStreamFault(message, 'ada', 'pull_failed').code).toBe(code);
});

test('what a stream says that nobody knows is what it was for', () => {
  const fault = toStreamFault(`${'x'.repeat(400)}\nmore`, 'ada', 'pull_failed');
  expect(fault).toMatchObject({ code: 'pull_failed', facts: { host: 'ada' } });
  expect(fault.facts.detail).toBe(`ada: ${'x'.repeat(300)}`);
});

test('an engine without a GPU driver is told from one that has trouble with it', () => {
  const without = engineError(500, 'could not select device driver "nvidia"');
  expect(lacksGpuDriver(toFault(without, 'ada'))).toBe(true);
  expect(toFault(without, 'ada').facts.detail).toBe(
    'ada: the engine cannot hand out GPUs: install nvidia-container-toolkit there and restart Docker',
  );
  expect(lacksGpuDriver(toFault(engineError(500, `${hookError}x`), 'ada'))).toBe(false);
  expect(lacksGpuDriver(without)).toBe(false);
});

test('what the library says only in its message is read from there', () => {
  const error = Object.assign(new Error('(HTTP code 500) server error - out - of order\nmore'), {
    statusCode: 500,
    json: null,
  });
  expect(toFault(error, 'ada').facts.detail).toBe('ada: out - of order');
  expect(toFault(toFault(error, 'ada'), 'other').facts.host).toBe('ada');
});

test.for([
  [new Error('closed'), null],
  ['text', null],
  [Object.assign(new Error('x'), { statusCode: '500' }), null],
  [Object.assign(new Error('x'), { statusCode: 404 }), 404],
] as const)('the status of %o is %s', ([error, status]) => {
  expect(statusOf(error)).toBe(status);
});

test.for([
  [
    Object.assign(new Error('no'), { code: 'ENOENT' }),
    'no such socket: is Docker running? (ENOENT)',
  ],
  [
    Object.assign(new Error('bad'), { code: 'ERR_SSL_WRONG' }),
    'TLS was refused: bad (ERR_SSL_WRONG)',
  ],
  [Object.assign(new Error('odd'), { code: 'EODD' }), 'ada: no connection: odd'],
  ['text', 'ada: no connection: text'],
] as const)('no connection for %o says %s', ([error, detail]) => {
  expect(toFault(error, 'ada')).toMatchObject({
    code: 'host_unreachable',
    facts: { host: 'ada', detail: expect.stringContaining(detail) },
  });
});

test('an archive fills its blocks, and ends with two empty ones', () => {
  for (const [length, size] of [
    [0, 1536],
    [1, 2048],
    [512, 2048],
    [513, 2560],
  ] as const) {
    const archive = toTar([{ path: 'f', mode: 0o644, owner: 0, text: 'x'.repeat(length) }]);
    expect(archive).toHaveLength(size);
    expect(archive.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  }
  expect(toTar([])).toHaveLength(1024);
});

test('a frame whose head is cut off is left out', () => {
  const whole = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 1, 0]), Buffer.alloc(256, 'x')]);
  expect(demultiplex(Buffer.concat([whole, Buffer.from([2, 0, 0, 0, 0, 0, 0])]))).toEqual({
    stdout: 'x'.repeat(256),
    stderr: '',
  });
});

test('a call that is off, late or answered ends as it should', async () => {
  const connection = createConnection('ada', { socketPath: '/nowhere/docker.sock' });
  const never = new AbortController().signal;
  const hung = () => new Promise<string>(() => undefined);
  expect(await connection.call(never, async () => 'answer')).toBe('answer');
  await expect(connection.call(AbortSignal.abort(), hung)).rejects.toMatchObject({
    code: 'aborted',
    facts: { host: 'ada' },
  });
  await expect(connection.call(never, hung, 0.01)).rejects.toMatchObject({
    code: 'host_unreachable',
    facts: { detail: 'ada: the engine gave no answer within 0.01 s' },
  });
  const refused = connection.call(never, () => Promise.reject(engineError(500, 'no')));
  await expect(refused).rejects.toMatchObject({ code: 'engine_refused' });
});
