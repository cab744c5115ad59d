import { describe, expect, it } from 'vitest';
import { link, makeLinkCode } from '../../core/actions/link.ts';
import type { Joined, Site } from '../../core/store.ts';
import { onEachDatabase, type Stage } from '../support/stage.ts';
import { accepted, askStart, refused, type World } from '../support/world.ts';

const joined = (externalId: string, handle: string, roles: Joined['roles'] = []): Joined => {
  return { platform: 'slack', externalId, handle, roles, knownByName: ['api', 'console'] };
};
const dora = joined('U1', 'dora');

/** Team lab with alice, known on Slack as UA, and those who joined it. */
function labOf(people: readonly Joined[], named = ['alice']): Site {
  const own = named.map((name) => ({
    name,
    roles: [],
    identities: [
      { platform: 'console' as const, externalId: name },
      ...(name === 'alice' ? [{ platform: 'slack' as const, externalId: 'UA' }] : []),
    ],
  }));
  return {
    teams: [{ name: 'lab', zone: 'UTC', channels: [], people: own, joined: people }],
    hosts: [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }],
  };
}

const on = ({ store }: World) => ({
  setUp: (people: readonly Joined[], named?: string[]) => store.setUp(labOf(people, named)),
  who: (externalId: string) => store.personOf('slack', externalId, 'C1'),
  nameOf: async (externalId: string) =>
    (await store.personOf('slack', externalId, 'C1'))?.name ?? null,
});

onEachDatabase('who joins by a user group', {}, (stage: Stage) => {
  describe('and is new', () => {
    it('is called by their handle, in the chat and where people are known by name', async () => {
      const { setUp, who } = on(stage.world);
      await setUp([joined('U1', 'dora', ['admin'])]);
      const person = await who('U1');
      expect(person).toMatchObject({ name: 'dora', team: 'lab', roles: ['admin'] });
      for (const platform of ['api', 'console'] as const)
        expect(await stage.world.store.personOf(platform, 'dora', '')).toEqual(person);
      const accounts = await stage.world.store.payees();
      expect(accounts.map(({ name }) => name)).toContain('dora');
    });

    it('is never called as somebody else is or was, nor as a team, nor as commands say', async () => {
      const { setUp, nameOf } = on(stage.world);
      const handles = ['alice', 'carol', 'Lab', 'me', 'dora', 'Dóra', 'dora!'];
      await setUp(handles.map((handle, at) => joined(`U${at}`, handle)));
      expect(await Promise.all(handles.map((_handle, at) => nameOf(`U${at}`)))).toEqual([
        'alice-2',
        'carol-2',
        'lab-2',
        'me-2',
        'dora',
        'dora-2',
        'dora-3',
      ]);
    });

    it('keeps that name, whatever their handle becomes and who else comes', async () => {
      const { setUp, nameOf } = on(stage.world);
      await setUp([joined('U5', 'dora')]);
      await setUp([joined('U1', 'dora'), joined('U5', 'zoe')]);
      expect([await nameOf('U5'), await nameOf('U1')]).toEqual(['dora', 'dora-2']);
    });
  });

  describe('and is known', () => {
    it('is who the configuration says, with the roles of both', async () => {
      const { setUp, who } = on(stage.world);
      await setUp([joined('UA', 'ally', ['admin'])]);
      expect(await who('UA')).toMatchObject({ name: 'alice', roles: ['admin'] });
      await setUp([joined('UA', 'ally')]);
      expect(await who('UA')).toMatchObject({ name: 'alice', roles: [] });
    });

    it('is who they linked themselves to, and stays linked when the group is gone', async () => {
      const { store, actorOf } = stage.world;
      const { setUp, nameOf } = on(stage.world);
      const input = { codeHash: 'hash' };
      const actor = await actorOf('carol');
      await accepted(store.perform(makeLinkCode, { requestKey: 'code', actor, input }));
      const stranger = { kind: 'stranger', platform: 'slack', externalId: 'U7' } as const;
      await accepted(store.perform(link, { requestKey: 'link', actor: stranger, input }));
      await setUp([joined('U7', 'caro')], ['alice', 'carol']);
      expect(await nameOf('U7')).toBe('carol');
      await setUp([], ['alice', 'carol']);
      expect(await nameOf('U7')).toBe('carol');
    });

    it('stays the same person when the configuration begins or ends to name them', async () => {
      const { setUp, who } = on(stage.world);
      await setUp([dora]);
      const before = await who('U1');
      await setUp([dora], ['alice', 'dora']);
      expect(await who('U1')).toEqual(before);
      await setUp([dora, joined('UA', 'alice')], []);
      expect([(await who('U1'))?.id, (await who('UA'))?.name]).toEqual([before?.id, 'alice']);
    });

    it('is not whom the configuration gives another identity on that platform', async () => {
      const { setUp, nameOf } = on(stage.world);
      await setUp([joined('U3', 'ali')], []);
      const site = labOf([joined('U3', 'ali')], []);
      const identities = [{ platform: 'slack' as const, externalId: 'U4' }];
      const teams = site.teams.map((team) => {
        return { ...team, people: [{ name: 'ali', roles: [], identities }] };
      });
      await stage.world.store.setUp({ ...site, teams });
      expect([await nameOf('U4'), await nameOf('U3')]).toEqual(['ali', 'ali-2']);
    });
  });

  describe('and leaves', () => {
    it('can ask for nothing any more, and keeps what they hold', async () => {
      const { world } = stage;
      const { setUp, who } = on(world);
      await setUp([dora]);
      const { id = '' } = (await who('U1')) ?? {};
      await world.store.addToken(id, 'hash-of-dora');
      const { sessionId } = await accepted(askStart(world, 'dora'));
      await setUp([]);
      expect(await who('U1')).toBeNull();
      expect(await world.store.personOfToken('hash-of-dora')).toBeNull();
      await expect(askStart(world, 'dora')).rejects.toThrow('no dora');
      const session = await world.store.sessionById(sessionId);
      expect(session).toMatchObject({ holder: { name: 'dora' } });
      // What becomes of it they are still told.
      const address = await world.store.addressOf(id, 'slack', ['slack']);
      expect(address).toEqual({ platform: 'slack', externalId: 'U1' });
    });

    it('is the same person when they come back, and their name was nobody’s meanwhile', async () => {
      const { setUp, who, nameOf } = on(stage.world);
      await setUp([dora]);
      const before = await who('U1');
      await setUp([joined('U2', 'dora')]);
      expect(await nameOf('U2')).toBe('dora-2');
      await setUp([joined('U1', 'renamed'), joined('U2', 'dora')]);
      expect(await who('U1')).toEqual(before);
    });

    it('is not who is configured under that name while they are gone', async () => {
      const { setUp, nameOf } = on(stage.world);
      await setUp([dora]);
      await setUp([], ['alice', 'dora']);
      await setUp([dora], ['alice', 'dora']);
      expect(await nameOf('U1')).toBe('dora-2');
    });

    it('leaves their identity free for who links it', async () => {
      const { store, actorOf } = stage.world;
      const { setUp, nameOf } = on(stage.world);
      await setUp([dora]);
      const stranger = { kind: 'stranger', platform: 'slack', externalId: 'U1' } as const;
      const bring = async (codeHash: string) => {
        const request = {
          requestKey: codeHash,
          actor: await actorOf('alice'),
          input: { codeHash },
        };
        await accepted(store.perform(makeLinkCode, request));
        const requestKey = `bring ${codeHash}`;
        return store.perform(link, { requestKey, actor: stranger, input: { codeHash } });
      };
      expect(await refused(bring('one'))).toMatchObject({ kind: 'identity_taken' });
      await setUp([]);
      await accepted(bring('two'));
      expect(await nameOf('U1')).toBe('alice');
    });
  });

  it('is known as a member of the team, until they leave', async () => {
    const { setUp } = on(stage.world);
    await setUp([joined('U1', 'dora', ['admin'])]);
    expect(await stage.world.store.membershipsOn('slack')).toEqual([
      { team: 'lab', name: 'dora', externalId: 'U1', roles: ['admin'] },
    ]);
    await setUp([]);
    expect(await stage.world.store.membershipsOn('slack')).toEqual([]);
  });
});
