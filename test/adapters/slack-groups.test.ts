import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createUserGroups } from '../../adapters/slack/groups.ts';
import { createWebClient } from '../../adapters/slack/web-client.ts';
import { secretOf } from '../../core/secret.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { quietLog } from '../support/site.ts';
import { openLab } from '../support/slack/lab.ts';
import { noon } from '../support/world.ts';

const never = new AbortController().signal;

let lab: Awaited<ReturnType<typeof openLab>>;
beforeEach(async () => {
  lab = await openLab();
  lab.addPerson({ id: 'UCAROL', name: 'carol.k', standing: 'member' });
  lab.addPerson({ id: 'UROBOT', name: 'robot', standing: 'bot' });
  const all = ['UALICE', 'UBOB', 'USTRANGER', 'UROBOT', 'UCAROL'];
  lab.addGroup({ id: 'S0000001', handle: 'ml-team', members: all });
  lab.addGroup({ id: 'S0000002', handle: 'ml-admins', members: ['UALICE'] });
});
afterEach(() => lab.close());

function open() {
  const clock = createFakeClock(noon);
  const token = secretOf(lab.tokens.bot);
  const client = createWebClient(token, { apiUrl: lab.apiUrl, log: quietLog });
  const groups = createUserGroups({ client, clock });
  const asked = () => lab.calls.filter(({ method }) => method === 'users.info').length;
  return { clock, asked, membersOf: (...names: string[]) => groups.membersOf(names, never) };
}

const alice = { externalId: 'UALICE', handle: 'alice' };
const carol = { externalId: 'UCAROL', handle: 'carol.k' };

describe('the members of a user group', () => {
  it('are its full members: no guest, no bot, nobody of another workspace', async () => {
    expect(await open().membersOf('S0000001')).toEqual(new Map([['S0000001', [alice, carol]]]));
  });

  it('are found by its handle, however it is written, and those of several at once', async () => {
    const found = await open().membersOf('ML-Team', 'S0000002');
    expect([...found]).toEqual([
      ['ML-Team', [alice, carol]],
      ['S0000002', [alice]],
    ]);
  });

  it('are those of now, and whoever was deactivated is none within an hour', async () => {
    const { membersOf, clock } = open();
    await membersOf('ml-team');
    lab.addGroup({ id: 'S0000001', handle: 'ml-team', members: ['UCAROL'] });
    expect((await membersOf('ml-team')).get('ml-team')).toEqual([carol]);
    const dave = lab.addPerson({ id: 'UDAVE', name: 'dave', standing: 'member' });
    lab.addGroup({ id: 'S0000001', handle: 'ml-team', members: ['UDAVE'] });
    expect((await membersOf('ml-team')).get('ml-team')).toHaveLength(1);
    dave.isDeactivated = true;
    await clock.advance(3_600_000);
    expect((await membersOf('ml-team')).get('ml-team')).toEqual([]);
  });

  it('are asked for one by one only once an hour', async () => {
    const { membersOf, clock, asked } = open();
    for (const minute of [0, 5, 55]) {
      await clock.advance(minute * 60_000);
      await membersOf('ml-team', 'ml-admins');
    }
    expect(asked()).toBe(10);
  });

  it('are nobody’s guess where there is no such group, or Slack does not answer', async () => {
    const { membersOf } = open();
    await expect(membersOf('ml-team', 'typo')).rejects.toMatchObject({
      code: 'chat_refused',
      facts: { detail: 'there is no user group typo' },
    });
    lab.trouble.failApi({ method: 'users.info', status: 503, times: 1 });
    await expect(membersOf('ml-team')).rejects.toMatchObject({ code: 'chat_unreachable' });
    lab.trouble.rateLimit({ method: 'usergroups.list', seconds: 30, times: 1 });
    await expect(membersOf('ml-team')).rejects.toMatchObject({ code: 'chat_busy' });
    expect((await membersOf('ml-team')).get('ml-team')).toEqual([alice, carol]);
  });
});
