import { expect, it } from 'vitest';
import { grant } from '../../core/actions/grant.ts';
import { ticksPerCredit } from '../../core/money.ts';
import { defaultApproval, noLimits, type TeamPolicy } from '../../core/policy.ts';
import type { Site } from '../../core/store.ts';
import { createSpeaking } from '../support/speaking.ts';
import { act, onEachDatabase } from '../support/stage.ts';
import { accepted, testPolicy } from '../support/world.ts';

const as = (name: string, roles: 'admin'[] = []) => {
  return { name, roles, identities: [{ platform: 'slack' as const, externalId: name }] };
};
const inChannel = (channel: string) => [{ platform: 'slack' as const, channel }];

/** Bob is in both teams, and an admin in the second; carol is in the second alone. */
const site: Site = {
  teams: [
    {
      name: 'vision',
      zone: 'UTC',
      channels: [...inChannel('C-vision'), ...inChannel('C-vision-2')],
      people: [as('alice', ['admin']), as('bob')],
    },
    {
      name: 'speech',
      zone: 'UTC',
      channels: inChannel('C-speech'),
      people: [as('bob', ['admin']), as('carol')],
    },
  ],
  hosts: [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }],
};

function policyOf(ticksPerSecond: bigint, set: Partial<TeamPolicy> = {}): TeamPolicy {
  const prices = { default: ticksPerSecond };
  const { mostLeaseSeconds } = testPolicy;
  return { prices, mostLeaseSeconds, limits: noLimits, approval: defaultApproval, ...set };
}
const teams = {
  vision: policyOf(10_000n, { limits: { ...noLimits, teamDevices: 1 } }),
  speech: policyOf(20_000n, { mostLeaseSeconds: 7200 }),
};

const hosts = { 'gpu-1': ['a100-80gb', 'a100-80gb', 'a100-80gb', 'a100-80gb'] };

onEachDatabase('the channel says in whose name, so that', { hosts, policy: { teams } }, (stage) => {
  const open = async () => {
    const { store } = stage.world;
    const setUp = await store.setUp(site);
    for (const { accountId } of setUp.teams)
      await accepted(
        act(stage.world, grant, { accountId, amount: 100n * ticksPerCredit, reason: 'test' }),
      );
    const speak = createSpeaking(stage.world);
    const teamOf = async (name: string, channel: string) =>
      (await store.personOf('slack', name, channel))?.team;
    return { speak, teamOf, store };
  };

  it('who is in two teams speaks for that of the channel, and elsewhere for their own', async () => {
    const { teamOf } = await open();
    expect(await teamOf('bob', 'C-vision')).toBe('vision');
    expect(await teamOf('bob', 'C-vision-2')).toBe('vision');
    expect(await teamOf('bob', 'C-speech')).toBe('speech');
    for (const elsewhere of ['D-bob', '', 'c-speech'])
      expect(await teamOf('bob', elsewhere)).toBe('vision');
  });

  it('who is in the channel of another team speaks for their own', async () => {
    const { teamOf } = await open();
    expect(await teamOf('carol', 'C-vision')).toBe('speech');
    expect(await teamOf('alice', 'C-speech')).toBe('vision');
  });

  it('a channel of that name on another platform is none of theirs', async () => {
    const { store } = await open();
    expect(await store.personOf('discord', 'bob', 'C-speech')).toBeNull();
  });

  it('that team pays, at its prices', async () => {
    const { speak, store } = await open();
    const start = async (who: string, channel: string) => {
      const { session } = await speak(`slack:${who}`, 'start a100 1h', { channel });
      return [session?.account, session?.team.name, (session?.held ?? 0n) / ticksPerCredit];
    };
    expect(await start('bob', 'C-speech')).toEqual(['speech', 'speech', 20n]);
    expect(await start('carol', 'C-vision')).toEqual(['speech', 'speech', 20n]);
    expect(await start('bob', 'D-bob')).toEqual(['vision', 'vision', 10n]);
    expect(await store.checkBook()).toEqual([]);
  });

  it('that team’s limits and longest lease hold', async () => {
    const { speak } = await open();
    const start = async (who: string, text: string, channel: string) => {
      const { refusal } = await speak(`slack:${who}`, text, { channel });
      return refusal?.kind ?? 'started';
    };
    expect(await start('bob', 'start a100 3h', 'C-vision')).toBe('started');
    expect(await start('alice', 'start a100 1h', 'C-vision')).toBe('device_limit');
    expect(await start('bob', 'start a100 3h', 'C-speech')).toBe('lease_too_long');
    expect(await start('bob', 'start a100 2h', 'C-speech')).toBe('started');
  });

  it('who is an admin in one team is none in another', async () => {
    const { speak } = await open();
    const carols = await speak('slack:carol', 'start a100 1h');
    const alices = await speak('slack:alice', 'start a100 1h');
    const stop = async (name: string | undefined, channel: string) =>
      (await speak('slack:bob', `stop ${name}`, { channel })).refusal?.kind ?? 'stopped';
    expect(await stop(alices.session?.name, 'C-vision')).toBe('not_allowed');
    expect(await stop(alices.session?.name, 'C-speech')).toBe('not_allowed');
    expect(await stop(carols.session?.name, 'C-vision')).toBe('not_allowed');
    expect(await stop(carols.session?.name, 'C-speech')).toBe('stopped');
  });

  it('an admin decides on the credits of the team of the channel, and of its members', async () => {
    const { speak } = await open();
    const give = async (to: string, channel: string) =>
      (await speak('slack:bob', `grant ${to} 5 test`, { channel })).refusal?.kind ?? 'granted';
    expect(await give('speech', 'C-speech')).toBe('granted');
    expect(await give('@carol', 'C-speech')).toBe('granted');
    expect(await give('@alice', 'C-speech')).toBe('not_allowed');
    expect(await give('vision', 'C-speech')).toBe('not_allowed');
    expect(await give('@carol', 'C-vision')).toBe('not_allowed');
    expect(await give('@bob', 'C-speech')).toBe('own_credits');
  });

  it('who left one team speaks for the other everywhere, with one account of their own', async () => {
    const { teamOf, store } = await open();
    const own = async () => (await store.payees()).filter(({ name }) => name === 'bob');
    const [before] = await own();
    expect(before?.teamIds).toHaveLength(2);
    const left = site.teams.map((team) =>
      team.name === 'vision' ? { ...team, people: [as('alice', ['admin'])] } : team,
    );
    await store.setUp({ ...site, teams: left });
    expect(await teamOf('bob', 'C-vision')).toBe('speech');
    const after = await own();
    expect(after).toMatchObject([{ accountId: before?.accountId, teamIds: [expect.any(String)] }]);
  });

  it('a channel that moved to another team is that team’s from then on', async () => {
    const { teamOf, store } = await open();
    const [vision, speech] = site.teams;
    if (!vision || !speech) throw new Error('two teams');
    const moved = [
      { ...vision, channels: [] },
      { ...speech, channels: inChannel('C-vision') },
    ];
    await store.setUp({ ...site, teams: moved });
    expect(await teamOf('bob', 'C-vision')).toBe('speech');
    expect(await teamOf('bob', 'C-speech')).toBe('vision');
  });
});
