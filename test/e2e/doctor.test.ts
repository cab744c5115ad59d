import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseFinding } from '../../bot/dibs/check-database.ts';
import { openPglite } from '../../db/database.ts';
import { createEmptyDatabase, createTestDatabase } from '../support/databases.ts';
import { dibsHere, runDibs } from '../support/dibs-command.ts';
import { startEngineStandIn } from '../support/engine-stand-in.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dibs-doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const simulated = { DIBS_FLEET: 'simulated' };

/** What it says of each subject, the advice behind an arrow on the same line. */
async function doctor(settings: Record<string, string> = simulated, yaml = '', run = dibsHere) {
  if (yaml !== '') await writeFile(join(folder, 'dibs.yaml'), yaml);
  const { exitCode, stdout, stderr } = await run(folder, 'doctor', settings);
  expect(stderr).toBe('');
  const lines = stdout.replace(/\n +→/g, ' →').split('\n');
  return { exitCode, stdout, of: (subject: string) => linesOf(lines, subject).join('\n') };
}

const linesOf = (lines: readonly string[], subject: string) =>
  lines.filter((line) => line.slice(2).startsWith(subject)).map((line) => line.replace(/ +/g, ' '));

describe('npx dibs doctor', () => {
  it('finds nothing wrong where a newcomer begins, and leaves nothing behind', async () => {
    const { exitCode, stdout, of } = await doctor(simulated, '', runDibs);
    expect([exitCode, stdout.match(/^✗/m)]).toEqual([0, null]);
    expect(of('Settings')).toBe('✓ Settings team lab');
    expect(of('Node.js')).toBe(`✓ Node.js ${process.versions.node}`);
    expect(of('Database')).toBe(`– Database embedded in ${folder}, which the first start makes`);
    expect(of('Hosts')).toContain('DIBS_FLEET says so: the fleet is simulated');
    expect(of('Images')).toContain('images, 2.10 by default, built from');
    expect(of('Slack')).toContain('– Slack not set up → README');
    expect(of('Clock')).toContain('– Clock');
    expect(stdout).toContain('All is well.');
    expect(await readdir(folder)).toEqual([]);
  });

  it('names every mistake in the settings with its path, and looks no further', async () => {
    const { exitCode, of, stdout } = await doctor({ DIBS_PORT: 'x' }, 'prices: {a100: 1}', runDibs);
    expect(exitCode).toBe(1);
    expect(of('Settings')).toContain(
      '✗ Settings environment: DIBS_PORT: write a port such as 8080',
    );
    expect(of('Settings')).toContain('dibs.yaml: prices.default: write a number → Correct that');
    expect(stdout.match(/Correct that/g)).toHaveLength(1);
    expect(of('Database')).toBe('');
    expect(stdout).toContain('2 things need mending.');
  });
});

describe('the address of all sessions', () => {
  const yaml = (tls: string) =>
    `proxy: {publicUrl: "https://gpu.example.org", subdomains: true${tls}}`;
  const certify = (days: number, name: string) =>
    execFileSync('openssl', [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x'.split(' '),
      ...['-addext', `subjectAltName=DNS:gpu.example.org,DNS:${name}`, '-days', `${days}`],
      ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'gpu.pem')],
    ]);
  const files = ', tls: {certificate: gpu.pem, key: key.pem}';

  it('is told with what its certificate lacks', async () => {
    const { exitCode, of } = await doctor(simulated, yaml(files));
    expect(exitCode).toBe(1);
    expect(of('Proxy')).toContain('gpu.pem cannot be read → proxy: tls names the files');
    expect(of('Proxy')).toContain('key.pem cannot be read');
    certify(90, 'other.example.org');
    const wrong = await doctor(simulated, yaml(files));
    expect(wrong.of('Proxy')).toContain('gpu.pem is not for brave-otter.gpu.example.org');
    await writeFile(join(folder, 'gpu.pem'), 'no certificate');
    expect((await doctor(simulated, yaml(files))).of('Proxy')).toContain('is no certificate');
  });

  it('is well with a certificate for all names, and noted where that ends soon', async () => {
    certify(90, '*.gpu.example.org');
    const well = await doctor(simulated, yaml(files));
    expect(well.of('Proxy')).toMatch(/✓ Proxy https:..gpu.example.org, certificate until 20\d\d-/);
    certify(5, '*.gpu.example.org');
    expect((await doctor(simulated, yaml(files))).of('Proxy')).toContain('→ Renew it soon.');
  });

  it('is told where to hand requests on to, where its certificate is another proxy’s', async () => {
    const { of } = await doctor(simulated, yaml(''));
    expect(of('Proxy')).toContain(
      'hand https://gpu.example.org and its WebSockets to 127.0.0.1:8443',
    );
  });
});

describe('the embedded database', () => {
  it('is looked at without being changed, and in use by a running Dibs it is well', async () => {
    const database = await openPglite(join(folder, 'pglite'));
    const inUse = await doctor(simulated, '', runDibs);
    expect(inUse.of('Database')).toBe(`✓ Database embedded in ${folder}, in use by a running Dibs`);
    await database.close();
    const before = await touched(folder);
    const free = await doctor();
    expect([inUse.exitCode, free.exitCode]).toEqual([0, 0]);
    expect(free.of('Database')).toMatch(/^✓ Database Postgres \S+ embedded in \S+, up to date$/);
    expect(await touched(folder)).toEqual(before);
  });
});

/** Every file with its size and when it was written. */
async function touched(path: string): Promise<string[]> {
  const names = await readdir(path, { recursive: true });
  return Promise.all(
    names.sort().map(async (name) => {
      const { size, mtimeMs } = await stat(join(path, name));
      return `${name} ${size} ${mtimeMs}`;
    }),
  );
}

describe('a Postgres server', () => {
  const look = async (url: string, run = dibsHere) => {
    const { exitCode, of } = await doctor({ ...simulated, DATABASE_URL: url }, '', run);
    return { exitCode, line: of('Database'), clock: of('Clock') };
  };

  it('is well when it is up to date, and its clock is compared', async () => {
    const { url } = await createTestDatabase();
    const { exitCode, line, clock } = await look(url, runDibs);
    expect(exitCode).toBe(0);
    expect(line).toMatch(/^✓ Database Postgres \d+\.\d+ at 127.0.0.1:\d+\/dibs_\w+, up to date$/);
    expect(clock).toBe('✓ Clock within a minute of the database');
  });

  it('may be empty or behind, and is not migrated by a look', async () => {
    const empty = await createEmptyDatabase();
    for (const _again of [1, 2])
      expect((await look(empty)).line).toContain('is empty; the first start makes its tables');
    const { url, open } = await createTestDatabase();
    const database = await open();
    const latest = sql`select max(created_at) from drizzle.__drizzle_migrations`;
    await database.db.execute(
      sql`delete from drizzle.__drizzle_migrations where created_at = (${latest})`,
    );
    await database.close();
    const { exitCode, line } = await look(url);
    expect([exitCode, line]).toEqual([
      0,
      expect.stringContaining('is 1 migration behind; the next'),
    ]);
  });

  it('of a newer Dibs is a failure', async () => {
    const { url, open } = await createTestDatabase();
    const database = await open();
    await database.db.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at)
      values ('newer', 9999999999999)`);
    await database.close();
    const { exitCode, line } = await look(url);
    expect([exitCode, line]).toEqual([1, expect.stringContaining('newer Dibs than this one →')]);
  });

  it('that cannot be reached is a failure, with what to do and without the password', async () => {
    const { url } = await createTestDatabase();
    const absent = url.replace(/\/\w+$/, '/nowhere');
    const wrong = url.replace(/:\w+@/, ':letmein@');
    const away = 'postgres://dibs:letmein@127.0.0.1:9/dibs';
    const found = await Promise.all([absent, wrong, away].map((each) => look(each)));
    expect(found.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1]);
    const [a, w, o] = found.map(({ line }) => line);
    expect(a).toContain('database "nowhere" does not exist → Make the database');
    expect(w).toMatch(/password authentication failed .* → Correct the password in DATABASE_URL/);
    expect(o).toContain('no Postgres at 127.0.0.1:9/dibs: ');
    expect(o).toContain('→ Start it, or correct DATABASE_URL.');
    expect([a, w, o].join()).not.toContain('letmein');
  });

  it('older than 15 is a failure', () => {
    const [now, askedAt, answeredAt] = [new Date(0), new Date(0), new Date(0)];
    const old = { version: 140_011, now, askedAt, answeredAt };
    const finding = databaseFinding({ ...old, missing: 0, migrations: 4, isNewer: false }, 'at x');
    expect(finding).toMatchObject({ state: 'bad', text: 'Postgres 14.11 at x is too old' });
  });
});

describe('a host', () => {
  const facts = {
    ServerVersion: '28.5.1',
    /** When it is asked, however long the tests before took. */
    get SystemTime() {
      return new Date().toISOString();
    },
    Runtimes: {},
  };
  const yaml = (socket: string) => `hosts: [{name: gpu-1, docker: "unix://${socket}"}]`;

  async function look(told: Parameters<typeof startEngineStandIn>[1], run = dibsHere) {
    const socket = join(folder, 'docker.sock');
    const engine = await startEngineStandIn(socket, told);
    const { exitCode, of } = await doctor({}, yaml(socket), run);
    await engine.close();
    expect(engine.unexpected).toEqual([]);
    return { exitCode, line: of('Host gpu-1'), clock: of('Clock') };
  }

  it('is told with its driver and GPUs where the probe runs', async () => {
    const row = (index: number) =>
      `${index}, GPU-${index}, NVIDIA A100-SXM4-80GB, 81920, 0, 0, 30, 60.1, 570.86.10\n`;
    const told = {
      facts: { ...facts, Runtimes: { nvidia: {} } },
      nvidiaSmi: { stdout: row(0) + row(1), exitCode: 0 },
    };
    const { exitCode, line } = await look(told, runDibs);
    expect([exitCode, line]).toEqual([
      0,
      '✓ Host gpu-1 docker 28.5.1, NVIDIA driver 570.86.10, 2 × NVIDIA A100-SXM4-80GB',
    ]);
  });

  it('is told with its runtime where none does, by either way of handing out GPUs', async () => {
    const byRuntime = await look({ facts: { ...facts, Runtimes: { nvidia: {}, runc: {} } } });
    const cdi = [{ Source: 'cdi', ID: 'nvidia.com/gpu=0' }];
    const byCdi = await look({ facts: { ...facts, Runtimes: null, DiscoveredDevices: cdi } });
    for (const { line } of [byRuntime, byCdi])
      expect(line).toBe(
        '✓ Host gpu-1 docker 28.5.1 with NVIDIA’s runtime; its GPUs are listed once Dibs runs',
      );
  });

  it('without the runtime offers processors, and is no failure', async () => {
    const { exitCode, line } = await look({ facts });
    expect([exitCode, line]).toEqual([0, expect.stringContaining('– Host gpu-1')]);
    expect(line).toContain('→ For its GPUs, install nvidia-container-toolkit');
  });

  it('whose driver fails, or whose clock is off, is a failure', async () => {
    const { exitCode, line, clock } = await look({
      facts: { ...facts, SystemTime: new Date(Date.now() - 3_600_000).toISOString() },
      nvidiaSmi: { stdout: 'Failed to initialize NVML: Unknown Error', exitCode: 255 },
    });
    expect([exitCode, line]).toEqual([
      1,
      expect.stringContaining('✗ Host gpu-1 nvidia-smi: Failed'),
    ]);
    expect(clock).toMatch(/^✗ Clock this machine is 36\d\d s ahead of gpu-1 → .* NTP/);
  });

  it('that does not answer, or whose certificates are not there, is a failure', async () => {
    const hosts = `
hosts:
  - {name: gpu-1, docker: "unix://${folder}/absent.sock"}
  - {name: gpu-2, docker: "tcp://127.0.0.1:9", tls: tls}
`;
    const { exitCode, of } = await doctor({}, hosts);
    expect(exitCode).toBe(1);
    expect(of('Host gpu-1')).toContain('no such socket: is Docker running? (ENOENT) → ');
    expect(of('Host gpu-1').match(/gpu-1/g)).toHaveLength(1);
    const lacking = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => join(folder, 'tls', name));
    expect(of('Host gpu-2')).toContain(
      `✗ Host gpu-2 ${lacking.map((path) => `there is no ${path}`).join(', ')} → tls names`,
    );
    expect(existsSync(join(folder, 'tls'))).toBe(false);
  });
});
