import { expect, it } from 'vitest';
import type { Site } from '../../core/store.ts';
import { onEachDatabase, sessionIn } from '../support/stage.ts';
import { accepted, askStart, lab, refused } from '../support/world.ts';

type Person = Site['teams'][number]['people'][number];

function person(name: string, externalIds: readonly string[] = [name]): Person {
  const identities = externalIds.map((externalId) => ({ platform: 'slack' as const, externalId }));
  return { name, roles: [], identities };
}

function site(people: readonly Person[], hosts: readonly string[] = ['gpu-1']): Site {
  const teams = [{ name: 'lab', zone: 'UTC', channels: [], people }];
  return {
    teams,
    hosts: hosts.map((name) => ({ name, address: `test:${name}`, simulated: false })),
  };
}

onEachDatabase('set-up', {}, (stage) => {
  const nameOf = async (externalId: string) =>
    (await stage.world.store.personOf('slack', externalId, 'C1'))?.name ?? null;

  it('is the same the second time, with the credits and the installation of the first', async () => {
    const { store, installationId, team, hosts } = stage.world;
    const again = await store.setUp(site([person('alice')]));
    expect(again).toMatchObject({ installationId, hosts });
    expect(again.teams).toEqual([{ ...team, posted: 1_800_000_000n }]);
    expect(await store.checkBook()).toEqual([]);
  });

  it('gives the roles, the team and the identities that are configured now', async () => {
    const { store, team } = stage.world;
    const carol = { ...person('carol', ['U3', 'U4']), roles: ['admin' as const] };
    const [, other] = (
      await store.setUp({
        teams: [
          { name: 'lab', zone: 'Europe/Berlin', channels: [], people: [person('alice')] },
          { name: 'other', zone: 'UTC', channels: [], people: [carol] },
        ],
        hosts: [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }],
      })
    ).teams;
    expect(other?.teamId).not.toBe(team.teamId);
    const found = await store.personOf('slack', 'U4', 'C1');
    expect(found).toMatchObject({ name: 'carol', roles: ['admin'], teamId: other?.teamId });
    const address = await store.addressOf(found?.id ?? '', 'console', ['slack']);
    expect(address).toEqual({ platform: 'slack', externalId: 'U3' });
    expect(await store.personOf('console', 'carol', 'lab')).toBeNull();
  });

  it('hands an identity from one person to another, and swaps two', async () => {
    const { store } = stage.world;
    await store.setUp(site([person('alice', ['U1']), person('bob', ['U2'])]));
    await store.setUp(site([person('alice', ['U2']), person('bob', ['U1'])]));
    expect([await nameOf('U1'), await nameOf('U2')]).toEqual(['bob', 'alice']);
    await store.setUp(site([person('alice', ['U1', 'U2']), person('bob', [])]));
    expect([await nameOf('U1'), await nameOf('U2')]).toEqual(['alice', 'alice']);
  });

  it('knows nobody any more who is no longer configured', async () => {
    const { store } = stage.world;
    await store.setUp(site([person('alice', ['U1']), person('dave', ['U5'])]));
    const dave = await store.personOf('slack', 'U5', 'C1');
    await store.addToken(dave?.id ?? '', 'hash-of-dave');
    expect(await store.personOfToken('hash-of-dave')).toMatchObject({ name: 'dave' });
    await store.setUp(site([person('alice', ['U1'])]));
    expect(await nameOf('U1')).toBe('alice');
    expect(await nameOf('U5')).toBeNull();
    expect(await store.personOfToken('hash-of-dave')).toBeNull();
  });

  it('keeps a host that is gone only while it has sessions', async () => {
    const { world } = stage;
    const sessionId = await sessionIn(world, 'requested');
    const [host] = world.hosts;
    const setUp = await world.store.setUp(site([], ['gpu-9']));
    expect(setUp.hosts).toHaveLength(2);
    expect(setUp.hosts).toContainEqual({ ...host, configured: false });
    expect((await world.store.board()).hosts.map(({ name }) => name)).toEqual(['gpu-9']);
    expect(await world.store.recordedSessions(host?.hostId ?? '')).toMatchObject([
      { session: { id: sessionId } },
    ]);
  });

  it('remembers when a host that is gone was last seen, so that its sessions are given up', async () => {
    const { store, hosts, clock } = stage.world;
    await store.setUp(site([], []));
    expect(await store.hostSeenAt(hosts[0]?.hostId ?? '')).toEqual(clock.now());
  });

  it('gives out nothing of a host that is gone until it is configured again', async () => {
    const { world } = stage;
    await world.store.setUp({ teams: [lab], hosts: [] });
    expect(await refused(askStart(world, 'bob'))).toEqual({ kind: 'no_hosts_yet' });
    await world.store.setUp({ ...site([]), teams: [lab] });
    expect(await accepted(askStart(world, 'bob'))).toMatchObject({ hostId: expect.any(String) });
  });

  it('gives an address only where people can be reached', async () => {
    const { store } = stage.world;
    const api = { platform: 'api' as const, externalId: 'alice' };
    const { identities, ...alice } = person('alice', ['U1']);
    await store.setUp(site([{ ...alice, identities: [api, ...identities] }]));
    const { id = '' } = (await store.personOf('slack', 'U1', 'C1')) ?? {};
    expect(await store.addressOf(id, 'api', ['discord', 'slack'])).toMatchObject({
      platform: 'slack',
    });
    expect(await store.addressOf(id, 'api', [])).toBeNull();
  });

  it('leaves a team that is gone with its credits, and nobody can give it more', async () => {
    const { store } = stage.world;
    const gone = { name: 'gone', zone: 'UTC', channels: [], people: [person('erin')] };
    await store.setUp({ teams: [lab, gone], hosts: [] });
    await store.setUp({ teams: [lab], hosts: [] });
    const names = (await store.payees()).map(({ name }) => name);
    expect(names).toEqual(['lab', 'alice', 'bob', 'carol']);
  });
});
