import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { link } from '../../core/actions/link.ts';
import { defaultApproval, noLimits } from '../../core/policy.ts';
import { events } from '../../db/schema/events.ts';
import { identities, linkCodes } from '../../db/schema/people.ts';
import { approvalPolicy, createAsking, credits, withSecondApprover } from '../support/asking.ts';
import { commandsOf, createSpeaking } from '../support/speaking.ts';
import { onEachDatabase, onPostgres, type Stage } from '../support/stage.ts';
import { lab, testPolicy } from '../support/world.ts';

const codePattern = /link ([A-Z2-9]{4}-[A-Z2-9]{4})/;
const hosts = [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }];

function createLinking(stage: Stage) {
  const speak = (...said: Parameters<ReturnType<typeof createSpeaking>>) =>
    createSpeaking(stage.world)(...said);
  const codeOf = async (name: string) => {
    const { text } = await speak(`console:${name}`, 'link');
    return codePattern.exec(text)?.[1] ?? text;
  };
  const kindOf = async (...said: Parameters<typeof speak>) => {
    const { ok, refusal } = await speak(...said);
    return ok ? 'linked' : refusal?.kind;
  };
  const personOf = async (externalId: string, platform: 'slack' | 'discord' = 'slack') =>
    (await stage.world.store.personOf(platform, externalId, 'general'))?.name ?? null;
  const countEvents = () => stage.database.db.$count(events);
  return { speak, codeOf, kindOf, personOf, countEvents };
}

onEachDatabase('a link', {}, (stage) => {
  const { speak, codeOf, kindOf, personOf, countEvents } = createLinking(stage);

  it('makes one person of two identities, by a code that is typed on the other side', async () => {
    const code = await codeOf('bob');
    const reply = await speak('slack:U2', `link ${code}`);
    expect([reply.ok, reply.text]).toEqual([true, expect.stringContaining('one person')]);
    const here = await stage.world.actorOf('bob');
    const there = await stage.world.store.personOf('slack', 'U2', 'general');
    expect(there).toMatchObject({ id: here.personId, name: 'bob', team: 'lab', roles: [] });
    expect(await kindOf('discord:D2', `link ${await codeOf('bob')}`)).toBe('linked');
    expect(await personOf('D2', 'discord')).toBe('bob');
  });

  it('takes the code in small letters, with any dash, with spaces and with quotes', async () => {
    const forms = [
      (code: string) => code.toLowerCase(),
      (code: string) => code.replace('-', ''),
      (code: string) => code.replace('-', '–'),
      (code: string) => code.replace('-', ' '),
      (code: string) => `“${code}”`,
    ];
    for (const [at, form] of forms.entries())
      expect(await kindOf(`slack:U${at}`, `/gpu LINK ${form(await codeOf('bob'))}`)).toBe('linked');
  });

  it('is not made by a code that was guessed, nor by a part of one', async () => {
    const code = await codeOf('bob');
    for (const wrong of ['AAAA-AAAA', code.slice(0, -1), `${code}A`, '-', '%'])
      expect(await kindOf('slack:U2', `link ${wrong}`)).toBe('link_code_wrong');
    expect(await personOf('U2')).toBeNull();
    expect(await kindOf('slack:U2', `link ${code}`)).toBe('linked');
  });

  it('is not made twice by one code', async () => {
    const code = await codeOf('bob');
    expect(await kindOf('slack:U2', `link ${code}`)).toBe('linked');
    expect(await kindOf('slack:U3', `link ${code}`)).toBe('link_code_wrong');
    expect(await personOf('U3')).toBeNull();
  });

  it('is not made after ten minutes', async () => {
    const [early, late] = [await codeOf('bob'), await codeOf('carol')];
    await stage.world.clock.advance(599_999);
    expect(await kindOf('slack:U2', `link ${early}`)).toBe('linked');
    await stage.world.clock.advance(1);
    expect(await kindOf('slack:U3', `link ${late}`)).toBe('link_code_wrong');
  });

  it('is not made by a code before the latest', async () => {
    const [first, second] = [await codeOf('bob'), await codeOf('bob')];
    expect(await kindOf('slack:U2', `link ${first}`)).toBe('link_code_wrong');
    expect(await kindOf('slack:U2', `link ${second}`)).toBe('linked');
  });

  it('does not make one of two people: whoever is known stays who they are', async () => {
    const code = await codeOf('bob');
    expect(await kindOf('console:carol', `link ${code}`)).toBe('identity_taken');
    expect(await kindOf('console:bob', `link ${code}`)).toBe('identity_taken');
    expect((await stage.world.actorOf('carol')).name).toBe('carol');
    expect(await kindOf('slack:U2', `link ${code}`)).toBe('linked');
    expect(await kindOf('slack:U2', `link ${await codeOf('carol')}`)).toBe('identity_taken');
    expect(await personOf('U2')).toBe('bob');
  });

  it('is told again to a second delivery, although one is known by then', async () => {
    const code = await codeOf('bob');
    const twice = { requestKey: 'slack-1' };
    const first = await speak('slack:U2', `link ${code}`, twice);
    expect(await speak('slack:U2', `link ${code}`, twice)).toEqual(first);
    expect(await kindOf('slack:U3', `link ${code}`, twice)).toBe('request_key_reused');
  });

  it('is refused to an identity that is somebody’s, whatever a stranger’s face says', async () => {
    const code = await codeOf('bob');
    await speak('slack:U2', `link ${code}`);
    const outcome = await stage.world.store.perform(link, {
      requestKey: randomUUID(),
      actor: { kind: 'stranger', platform: 'slack', externalId: 'U2' },
      input: { codeHash: 'any' },
    });
    expect(outcome).toMatchObject({ refusal: { kind: 'identity_taken' } });
  });

  it('of somebody who is no longer configured is not made any more', async () => {
    const code = await codeOf('bob');
    const people = lab.people.filter(({ name }) => name !== 'bob');
    await stage.world.store.setUp({ teams: [{ ...lab, people }], hosts });
    expect(await kindOf('slack:U2', `link ${code}`)).toBe('link_code_wrong');
  });

  it('keeps no code, only its hash, and none of the two for the audit to show', async () => {
    const code = await codeOf('bob');
    const [kept] = await stage.database.db.select().from(linkCodes);
    expect(JSON.stringify(kept)).not.toContain(code.replace('-', ''));
    await speak('slack:U2', `link ${code}`);
    expect(await stage.database.db.select().from(linkCodes)).toEqual([]);
    const recorded = JSON.stringify(await stage.database.db.select().from(events));
    expect([code, code.replace('-', '')].filter((text) => recorded.includes(text))).toEqual([]);
    const { teamId } = stage.world.team;
    const asked = { teamId, personId: null, about: null, before: null, limit: 50 };
    const shown = JSON.stringify(await stage.world.store.events(asked), (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(shown).toContain('make_link_code');
    expect(shown).not.toContain(kept?.codeHash);
  });

  it('is what a stranger leaves in the audit, and nothing else is', async () => {
    const before = await countEvents();
    for (const text of ['link AAAA-AAAA', 'link', 'start a100 2h', '', 'audit'])
      expect((await speak('slack:U9', text)).ok).toBe(false);
    expect(await countEvents()).toBe(before);
    const code = await codeOf('bob');
    await speak('slack:U9', `link ${code}`);
    expect(await countEvents()).toBe(before + 2);
  });

  it('stays when the configuration is read anew', async () => {
    await speak('slack:U2', `link ${await codeOf('bob')}`);
    await stage.world.store.setUp({ teams: [lab], hosts });
    expect(await personOf('U2')).toBe('bob');
  });

  it('yields to an identity that is configured for somebody else', async () => {
    await speak('slack:U2', `link ${await codeOf('bob')}`);
    const people = lab.people.map((person) =>
      person.name === 'carol'
        ? { ...person, identities: [{ platform: 'slack' as const, externalId: 'U2' }] }
        : person,
    );
    await stage.world.store.setUp({ teams: [{ ...lab, people }], hosts });
    expect(await personOf('U2')).toBe('carol');
    await stage.world.store.setUp({ teams: [lab], hosts });
    expect(await personOf('U2')).toBeNull();
  });
});

const { prices, mostLeaseSeconds } = testPolicy;
const personSpending = { day: credits(15), week: null, month: null };
const limits = { ...noLimits, personSpending, personDevices: 2 };
const limited = {
  teams: { lab: { prices, mostLeaseSeconds, limits, approval: defaultApproval } },
};

onEachDatabase('two identities of one person', { policy: limited }, (stage) => {
  const { speak, codeOf, kindOf } = createLinking(stage);

  it('have one limit and one budget', async () => {
    await speak('slack:U2', `link ${await codeOf('bob')}`);
    expect((await speak('console:bob', 'start a100 1h')).ok).toBe(true);
    expect(await kindOf('slack:U2', 'start a100 1h')).toBe('spending_limit');
    expect((await speak('slack:U2', 'start a100 30m')).ok).toBe(true);
    expect(await kindOf('console:bob', 'start a100 5m')).toBe('device_limit');
    const [here, there] = [
      await speak('console:bob', 'balance'),
      await speak('slack:U2', 'balance'),
    ];
    expect(there.text).toBe(here.text);
    const living = await stage.world.store.livingSessions({});
    expect(new Set(living.map(({ holder }) => holder.personId)).size).toBe(1);
    expect((await speak('slack:U2', `stop ${living[0]?.name}`)).ok).toBe(true);
  });
});

onEachDatabase('two identities of one approver', { policy: approvalPolicy }, (stage) => {
  const { speak, codeOf } = createLinking(stage);
  const { asked, viewOf } = createAsking(stage);

  it('agree once together, by commands and by reactions', async () => {
    await withSecondApprover(stage);
    await speak('slack:U1', `link ${await codeOf('alice')}`);
    const id = await asked('bob', 200);
    const { number } = await viewOf(id);
    const ref = { channel: 'lab', message: 'request:1' };
    await stage.world.store.noteRequestMessage(id, ref);
    expect((await speak('console:alice', `approve ${number}`)).text).toContain('1 of 2');
    expect((await speak('slack:U1', `approve ${number}`)).text).toContain('1 of 2');
    await commandsOf(stage.world).react({
      platform: 'console',
      externalId: 'alice',
      standing: 'member',
      ref,
      emoji: '✅',
      isAdded: true,
      requestKey: randomUUID(),
    });
    expect(await viewOf(id)).toMatchObject({ state: 'pending', approvals: [{ name: 'alice' }] });
    expect((await speak('console:dora', `approve ${number}`)).text).toContain('granted');
  });

  it('leave nothing of a stranger’s reactions, however often they come', async () => {
    const id = await asked('bob', 20);
    const ref = { channel: 'lab', message: 'request:1' };
    await stage.world.store.noteRequestMessage(id, ref);
    const before = await stage.database.db.$count(events);
    for (const isAdded of [true, false, true, false])
      await commandsOf(stage.world).react({
        platform: 'console',
        externalId: 'mallory',
        standing: 'member',
        ref,
        emoji: '✅',
        isAdded,
        requestKey: randomUUID(),
      });
    expect(await stage.database.db.$count(events)).toBe(before);
  });
});

onPostgres('a link under contention', {}, (stage) => {
  const { speak, codeOf } = createLinking(stage);
  const linked = () =>
    stage.database.db.select().from(identities).where(eq(identities.origin, 'linked'));

  it('is made once by one code, of all strangers who bring it at once', async () => {
    const code = await codeOf('bob');
    const strangers = Array.from({ length: 8 }, (_, at) => `slack:U${at}` as const);
    const replies = await Promise.all(strangers.map((who) => speak(who, `link ${code}`)));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    const refusals = replies.flatMap(({ refusal }) => (refusal ? [refusal.kind] : []));
    expect(new Set(refusals)).toEqual(new Set(['link_code_wrong']));
    expect(await linked()).toHaveLength(1);
  });

  it('is made to one person, of all whose codes one stranger brings at once', async () => {
    const codes = [await codeOf('alice'), await codeOf('bob'), await codeOf('carol')];
    const replies = await Promise.all(codes.map((code) => speak('slack:U1', `link ${code}`)));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await linked()).toHaveLength(1);
  });
});
