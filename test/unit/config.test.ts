import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigMistakes, loadConfig } from '../../bot/config.ts';
import { policyOf } from '../../bot/defaults.ts';
import { defaultApproval, noLimits } from '../../core/policy.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dibs-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads a configuration file with that text. */
function load(yaml: string, variables: Record<string, string> = {}) {
  const path = join(folder, 'dibs.yaml');
  writeFileSync(path, yaml);
  return loadConfig({ ...variables, DIBS_CONFIG: path });
}

/** What it says is wrong, each as path and words. */
function mistakes(attempt: () => unknown): string[] {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ConfigMistakes) return error.mistakes.map((line) => line);
    throw error;
  }
  return [];
}

describe('a mistake in dibs.yaml', () => {
  it.each([
    ['extra: 1', 'the whole', '"extra"'],
    ['policy: {mostLeese: 1h}', 'policy', '"mostLeese"'],
    ['policy: {mostLease: soon}', 'policy.mostLease', '30m or 24h'],
    ['policy: {mostLease: 2}', 'policy.mostLease', '30m or 24h'],
    ['policy: {claim: 0s}', 'policy.claim', '30m or 24h'],
    ['policy: {leastLease: 2h, mostLease: 1h}', 'policy.leastLease', 'over mostLease'],
    ['policy: {hostSilent: 10m, hostLost: 5m}', 'policy.hostSilent', 'not over hostLost'],
    ['prices: {a100: 10}', 'prices.default', 'write a number'],
    ['prices: {default: 0.0001}', 'prices.default', 'three decimals'],
    ['prices: {default: -1}', 'prices.default', 'write 0 or more'],
    ['prices: {default: 1, A100: 20}', 'prices.A100', 'write a100'],
    ['teams: []', 'teams', 'name at least one'],
    ['teams: [{name: lab, people: []}]', 'teams.0.people', 'name somebody here'],
    ['teams: [{name: lab}]', 'teams.0.people', 'slack: { members: … }'],
    ['teams: [{name: lab, slack: {members: []}}]', 'teams.0.people', 'name somebody here'],
    ['teams: [{name: lab, slack: {members: a team}}]', 'teams.0.slack.members.0', 'S0123456789'],
    ['teams: [{name: lab, slack: {admins: {}}}]', 'teams.0.slack.admins', 'write a list'],
    ['teams: [{name: lab, slack: {owners: S1}, people: [{name: x}]}]', 'teams.0.slack', '"owners"'],
    ['teams: [{name: a b, people: [{name: x}]}]', 'teams.0.name', 'letters, digits'],
    ['teams: [{name: lab, zone: Mars, people: [{name: x}]}]', 'teams.0.zone', 'Europe/Berlin'],
    ['teams: [{name: lab, credits: 1.0005, people: [{name: x}]}]', 'teams.0.credits', 'three'],
    ['images: [{name: a, reference: r, cuda: 12.8}]', 'images.0.cuda', "in quotes, such as '12.8'"],
    ['images: [{name: a, reference: r, cuda: "9.2"}]', 'images.0.cuda', 'CUDA 11, 12, 13'],
    ['registry: https://ghcr.io', 'registry', 'ghcr.io/acme'],
    ['proxy: {}', 'proxy.publicUrl', 'https://gpu.example.org'],
    ['proxy: {publicUrl: gpu.example.org}', 'proxy.publicUrl', 'https://gpu.example.org'],
    ['proxy: {publicUrl: "http://gpu.example.org"}', 'proxy.publicUrl', 'write https://'],
    ['proxy: {publicUrl: "https://gpu.example.org/dibs"}', 'proxy.publicUrl', 'begins at /'],
    [
      'proxy: {publicUrl: "https://gpu.example.org", tls: {key: k}}',
      'proxy.tls.certificate',
      'write',
    ],
    ...['/?a=1', '/#a', ':443/x'].map((end) => {
      const yaml = `proxy: {publicUrl: "https://gpu.example.org${end}"}`;
      return [yaml, 'proxy.publicUrl', 'begins at /'];
    }),
    ['proxy: {publicUrl: "http://not-localhost"}', 'proxy.publicUrl', 'write https://'],
    ['proxy: {publicUrl: "http://[::1]", port: 65536}', 'proxy.port', '65535'],
    ['teams: [{name: -lab, people: [{name: x}]}]', 'teams.0.name', 'letters, digits'],
    [
      'teams: [{name: lab, credits: 1000000001, people: [{name: x}]}]',
      'teams.0.credits',
      '1000000000 credits at most',
    ],
    ['policy: {queueLimit: 10001}', 'policy.queueLimit', 'write 10000 or less'],
    ['images: [{name: a, reference: r}, {name: a, reference: s}]', 'images', 'a is there twice'],
    [
      'hosts: [{name: a, docker: "unix:///x"}, {name: b, docker: "unix:///x"}]',
      'addresses of hosts',
      'unix:///x is there twice',
    ],
    ['hosts: [{name: gpu-1, docker: "ssh://gpu-1"}]', 'hosts.0.docker', 'tcp://gpu-1:2376'],
    ['hosts: [{name: gpu-1, docker: "tcp://gpu-1:2375"}]', 'hosts.0.tls', 'root'],
    ...[
      ['channels: [lab]', 'channels.0', 'slack:C0123456789'],
      ['channels: [irc:lab]', 'channels.0', 'console:lab'],
      ['prices: {a100: 5}', 'prices.default', 'write a number'],
      ['limits: {lease: long}', 'limits.lease', '30m or 24h'],
      ['limits: {person: {day: -1}}', 'limits.person.day', 'write 0 or more'],
      ['limits: {person: {devices: 0}}', 'limits.person.devices', 'write 1 or more'],
      ['limits: {team: {day: 5}}', 'limits.team', '"day"'],
      ['approval: {approve: yes please}', 'approval.approve', 'one emoji'],
      ['approval: {approve: 👍, deny: 👍}', 'approval.deny', 'two different emoji'],
      ['approval: {expire: never}', 'approval.expire', '30m or 24h'],
      ['allowances: [{to: y, every: day, amount: 1}]', 'allowances.0.to', 'not among the people'],
      [
        'allowances: [{to: x, every: year, amount: 1}]',
        'allowances.0.every',
        'day, week, or month',
      ],
      ['allowances: [{to: x, every: day, amount: 0}]', 'allowances.0.amount', 'more than nothing'],
      [
        'allowances: [{to: x, every: day, amount: 1}, {to: x, every: week, amount: 1}]',
        'allowances.1.to',
        'an allowance already',
      ],
    ].map(([part = '', path = '', words = '']) => {
      return [`teams: [{name: lab, people: [{name: x}], ${part}}]`, `teams.0.${path}`, words];
    }),
    ['policy: {queueDeadline: 1}', 'policy.queueDeadline', '30m or 24h'],
    ['policy: {pendingRequests: 0}', 'policy.pendingRequests', 'write 1 or more'],
    ['policy: {queueLimit: 20000}', 'policy.queueLimit', 'write 10000 or less'],
    ['images: [{name: x, reference: ""}]', 'images.0.reference', 'python:3.13'],
    ['images: [{name: x, reference: y, devices: tpu}]', 'images.0.devices', 'write gpu or cpu'],
    ['teams: [', 'Flow sequence', 'line 1'],
    ['- 1', 'the whole', 'settings by name'],
    ['policy: {claims: 5s}', 'policy', 'there is no setting "claims"'],
    ['teams: lab', 'teams', 'write a list'],
  ])('in “%s” is named with its path and what to write', (yaml, path, words) => {
    const found = mistakes(() => load(yaml));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`dibs.yaml: ${path}`);
    expect(found[0]).toContain(words);
  });

  it('does not hide another one', () => {
    const yaml = `
extra: 1
prices: {default: 0.0001}
policy: {claim: soon}
hosts: [{name: gpu-1, docker: "tcp://gpu-1"}, {name: gpu-2, docker: nowhere}]
`;
    expect(mistakes(() => load(yaml))).toHaveLength(5);
  });

  it('is a name that stands for two', () => {
    const yaml = `
teams:
  - {name: lab, channels: [slack:C1], people: [{name: bob, slack: U1}]}
  - {name: lab, channels: [slack:C1], people: [{name: carol, slack: U1}, {name: Me}, {name: Me}]}
hosts:
  - {name: gpu-1, docker: "unix:///a.sock"}
  - {name: gpu-1, docker: "unix:///b.sock"}
images: [{name: x, reference: a}, {name: x, reference: b}]
`;
    const found = mistakes(() => load(yaml)).map((line) => line.replace(/^.*dibs\.yaml: /, ''));
    expect(found).toEqual([
      'teams and people: lab is there twice',
      'teams and people: me is there twice',
      'people of lab: Me is there twice',
      'channels of teams: slack:C1 is there twice',
      'identities of people: slack:U1 is there twice',
      'hosts: gpu-1 is there twice',
      'images: x is there twice',
    ]);
  });

  it('is that there is no such file', () => {
    const DIBS_CONFIG = join(folder, 'absent.yaml');
    expect(mistakes(() => loadConfig({ DIBS_CONFIG }))[0]).toContain('there is no file');
  });
});

describe('the environment', () => {
  it('has every mistake named by its variable', () => {
    const variables = { DIBS_PORT: '70000', DATABASE_URL: 'mysql://x', DIBS_FLEET: 'kubernetes' };
    const found = mistakes(() => loadConfig(variables));
    expect(found.map((line) => line.split(': ')[1])).toEqual(Object.keys(variables).sort(byOrder));
  });

  it('does not hide what is wrong in the file', () => {
    const found = mistakes(() => load('extra: 1', { DIBS_PORT: 'x', SLACK_BOT_TOKEN: 'y' }));
    expect(found.map((line) => line.split(': ').slice(-2)[0])).toEqual([
      'DIBS_PORT',
      'SLACK_BOT_TOKEN',
      'the whole',
    ]);
  });
});

const order = ['DIBS_PORT', 'DATABASE_URL', 'DIBS_FLEET'];
const byOrder = (a: string, b: string) => order.indexOf(a) - order.indexOf(b);

describe('what is configured', () => {
  it('names the folder of a host’s certificates from where the file is', () => {
    const yaml = 'hosts: [{name: gpu-1, docker: "tcp://gpu-1:2376", tls: certificates}]';
    expect(load(yaml).hosts).toMatchObject([{ tls: resolve(folder, 'certificates') }]);
  });

  it('may be as much as is allowed, and a limit may be the same as the next', () => {
    const config = load(`
policy: {leastLease: 1h, mostLease: 1h, hostSilent: 5m, hostLost: 5m, queueLimit: 10000}
proxy: {publicUrl: "http://[::1]", port: 65535}
teams:
  - name: lab
    credits: 1000000000
    people: [{name: x}]
    allowances: [{to: x, every: day, amount: 1000000000}]
`);
    expect(config.policy).toMatchObject({ leastLease: 3600, hostLost: 300, queueLimit: 10_000 });
    expect(config.proxy?.port).toBe(65_535);
    expect(config.teams).toMatchObject([
      { credits: 3_600_000_000_000_000n, allowances: [{ carryOver: 0n }] },
    ]);
  });

  it('is who is in a team, by name and by user group', () => {
    const groups = 'slack: {members: ["@ml-team", S0123456789], admins: admins}';
    const yaml = `teams: [{name: lab, ${groups}, allowances: [{to: dave, every: day, amount: 1}]}]`;
    expect(load(yaml).teams).toMatchObject([
      { people: [], slack: { members: ['ml-team', 'S0123456789'], admins: ['admins'] } },
    ]);
  });

  it('is a policy in seconds and ticks', () => {
    const config = load('{prices: {default: 1, a100: 2.5}, policy: {mostLease: 12h, claim: 20s}}');
    expect(policyOf(config)).toMatchObject({
      mostLeaseSeconds: 12 * 3600,
      claimSeconds: 20,
      prices: { default: 1000n, a100: 2500n },
    });
  });

  it('is for each team its prices, limits and approval, else those of the site', () => {
    const config = load(`
prices: {default: 1}
policy: {mostLease: 12h}
teams:
  - {name: plain, people: [{name: alice}, {name: bob}]}
  - name: strict
    people: [{name: bob}]
    prices: {default: 2}
    limits: {lease: 4h, person: {week: 2.5, devices: 2}, team: {devices: 8}}
    approval: {channel: 'slack:C1', quorumAbove: 100, approve: 👍, expire: 24h}
`);
    const { plain, strict } = policyOf(config).teams;
    expect(plain).toEqual({
      prices: { default: 1000n },
      mostLeaseSeconds: 12 * 3600,
      limits: noLimits,
      approval: defaultApproval,
    });
    expect(strict).toEqual({
      prices: { default: 2000n },
      mostLeaseSeconds: 4 * 3600,
      limits: {
        personSpending: { day: null, week: 9_000_000n, month: null },
        personDevices: 2,
        teamDevices: 8,
      },
      approval: {
        ...defaultApproval,
        channel: { platform: 'slack', channel: 'C1' },
        quorumAbove: 360_000_000n,
        approveEmoji: '👍',
        validSeconds: 24 * 3600,
      },
    });
  });

  it('is what a newcomer needs, where there is nothing', () => {
    const { teams, hosts, fleet } = load('');
    expect([teams, hosts, fleet]).toEqual([undefined, undefined, 'auto']);
    expect(policyOf(load('')).prices).toEqual({ default: 10_000n, cpu: 1000n });
  });
});
