import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createUserGroups } from '../../adapters/slack/groups.ts';
import { createWebClient } from '../../adapters/slack/web-client.ts';
import { loadConfig } from '../../bot/config.ts';
import { createMembersLoop, joinedOf } from '../../bot/loops/members.ts';
import { namedOn, setUpSite, siteOf } from '../../bot/site.ts';
import { secretOf } from '../../core/secret.ts';
import { memberships, persons } from '../../db/schema/people.ts';
import { quietLog } from '../support/site.ts';
import { openLab } from '../support/slack/lab.ts';
import { onEachDatabase } from '../support/stage.ts';

const fleet = { simulated: false, hosts: [{ name: 'gpu-1', docker: 'test:gpu-1' }] };
/** Team vision: alice by name, others by the user groups ml and leads. */
const config = {
  ...loadConfig({ DIBS_CONFIG: 'dibs.example.yaml' }),
  teams: loadConfig({ DIBS_CONFIG: 'dibs.example.yaml' }).teams?.map((team) => ({
    ...team,
    credits: 0n,
    people: [{ name: 'alice', admin: false, slack: 'UALICE', discord: undefined }],
    slack: { members: ['ml'], admins: ['leads'] },
  })),
};

let lab: Awaited<ReturnType<typeof openLab>>;
beforeAll(async () => {
  lab = await openLab();
  for (const name of ['dora', 'erin', 'finn'])
    lab.addPerson({ id: `U${name.toUpperCase()}`, name, standing: 'member' });
});
afterAll(() => lab.close());

onEachDatabase('members by user group', {}, (stage) => {
  let ending = new AbortController();
  afterEach(() => {
    ending.abort();
    ending = new AbortController();
  });

  const groups = (ml: string[], leads: string[] = []) => {
    lab.addGroup({ id: 'S0000001', handle: 'ml', members: ml });
    lab.addGroup({ id: 'S0000002', handle: 'leads', members: leads });
  };

  /** Each call is a turn of the loop: how often that set something up. */
  function follow() {
    const { store, clock } = stage.world;
    const token = secretOf(lab.tokens.bot);
    const client = createWebClient(token, { apiUrl: lab.apiUrl, log: quietLog });
    let setUps = 0;
    let ended = Promise.withResolvers<void>();
    const loop = createMembersLoop({
      log: quietLog,
      // Each turn ends with the pause behind it, which the test alone ends.
      clock: {
        now: clock.now,
        async sleep(_milliseconds, signal) {
          ended.resolve();
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        },
      },
      teams: config.teams ?? [],
      groups: createUserGroups({ client, clock }),
      knownByName: namedOn(config),
      async setUp(joined) {
        setUps += 1;
        await store.setUp(siteOf(config, fleet, joined));
      },
    });
    const signal = ending.signal;
    let running: Promise<void> | null = null;
    return async () => {
      ended = Promise.withResolvers<void>();
      if (running === null) running = loop.run(signal);
      else loop.wake();
      await ended.promise;
      return setUps;
    };
  }

  async function members(): Promise<string[]> {
    const all = await stage.database.db
      .select({ name: persons.name, roles: memberships.roles })
      .from(memberships)
      .innerJoin(persons, eq(persons.id, memberships.personId));
    return all.map(({ name, roles }) => [name, ...roles].join(' ')).sort();
  }

  it('are in the team, and admins of it by their group, beside those who are named', async () => {
    groups(['UDORA', 'UBOB', 'UALICE'], ['UERIN', 'UALICE']);
    await follow()();
    expect(await members()).toEqual(['alice admin', 'dora', 'erin admin']);
  });

  it('are set up anew only when something changed', async () => {
    groups(['UDORA']);
    const turn = follow();
    expect([await turn(), await turn()]).toEqual([1, 1]);
    groups(['UDORA', 'UFINN']);
    expect([await turn(), await turn()]).toEqual([2, 2]);
    groups(['UDORA'], ['UFINN']);
    expect(await turn()).toBe(3);
    expect(await members()).toEqual(['alice', 'dora', 'finn admin']);
  });

  it('stay while Slack does not answer, and while a group is not found', async () => {
    groups(['UDORA', 'UFINN']);
    const turn = follow();
    await turn();
    await lab.trouble.outage(true);
    await turn();
    await lab.trouble.outage(false);
    lab.addGroup({ id: 'S0000001', handle: 'renamed', members: [] });
    await turn();
    expect(await members()).toEqual(['alice', 'dora', 'finn']);
    groups(['UFINN']);
    await turn();
    expect(await members()).toEqual(['alice', 'finn']);
  });

  it('are still members after a restart, before Slack was asked', async () => {
    groups(['UDORA'], ['UERIN']);
    await follow()();
    const { store } = stage.world;
    const dora = await store.personOf('slack', 'UDORA', '');
    await store.addToken(dora?.id ?? '', 'hash-of-dora');
    await setUpSite(store, config, fleet);
    // Who is an admin, the groups say when they are asked.
    expect(await members()).toEqual(['alice', 'dora', 'erin']);
    expect(await store.personOfToken('hash-of-dora')).toEqual(dora);
    // Without groups in the configuration they are members no longer.
    const teams = config.teams?.map((team) => ({ ...team, slack: { members: [], admins: [] } }));
    await setUpSite(store, { ...config, teams }, fleet);
    expect(await members()).toEqual(['alice']);
  });
});

describe('of several teams', () => {
  it('each has those of its own groups, and who is in two groups once', () => {
    const [dora, erin] = ['dora', 'erin'].map((handle) => ({ externalId: handle, handle }));
    if (!dora || !erin) throw new Error('two people');
    const teams = [
      { name: 'vision', slack: { members: ['ml', 'all'], admins: [] } },
      { name: 'speech', slack: { members: ['all'], admins: ['ml'] } },
    ];
    const members = new Map([
      ['ml', [dora]],
      ['all', [erin, dora]],
    ]);
    const found = [...joinedOf(teams, members, ['api'])].map(([team, joined]) => [
      team,
      ...joined.map(({ handle, roles }) => [handle, ...roles].join(' ')),
    ]);
    expect(found).toEqual([
      ['vision', 'dora', 'erin'],
      ['speech', 'dora admin', 'erin'],
    ]);
  });
});
