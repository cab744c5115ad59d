import { expect, it } from 'vitest';
import { sshKeys } from '../../db/schema/access.ts';
import { events } from '../../db/schema/events.ts';
import { bareKey, fingerprints, madeUpLine, publicLine } from '../support/keys.ts';
import { commandsOf, createSpeaking } from '../support/speaking.ts';
import { onEachDatabase, onPostgres, type Stage } from '../support/stage.ts';
import { lab } from '../support/world.ts';

const laptop = publicLine('ed25519');
const desk = publicLine('ecdsa-256');

function createTalk(stage: Stage) {
  const say = (...said: Parameters<ReturnType<typeof createSpeaking>>) =>
    createSpeaking(stage.world)(...said);
  const outcomeOf = async (who: string, text: string) => {
    const { ok, refusal } = await say(`console:${who}`, text);
    return ok ? 'done' : refusal?.kind;
  };
  const keysOf = async (name: string) => {
    const { personId } = await stage.world.actorOf(name);
    return stage.world.store.sshKeysOf(personId);
  };
  const namesOf = async (name: string) => (await keysOf(name)).map((key) => key.name);
  const complete = async (text: string) => {
    const asker = { platform: 'console', externalId: 'bob', channel: 'lab' } as const;
    const ways = await commandsOf(stage.world).complete({ ...asker, text });
    return ways.map((way) => way.text);
  };
  return { say, outcomeOf, keysOf, namesOf, complete };
}

onEachDatabase('a public key', {}, (stage) => {
  const { say, outcomeOf, keysOf, namesOf, complete } = createTalk(stage);

  it('is kept as its kind and the key alone, under its comment, with its fingerprint', async () => {
    const reply = await say('console:bob', `key add ${laptop}`);
    expect([reply.ok, reply.text]).toEqual([
      true,
      expect.stringContaining(`bob@laptop is added, ${fingerprints.ed25519}`),
    ]);
    expect(reply.text).toContain('also those that run');
    expect(await keysOf('bob')).toMatchObject([
      { name: 'bob@laptop', fingerprint: fingerprints.ed25519, publicKey: bareKey('ed25519') },
    ]);
  });

  it('comes through a line as it stands, whatever in it looks like something else', async () => {
    const said = {
      'a duration behind it': `key add ${bareKey('ed25519')} 2 h`,
      'an option behind it': `/gpu KEY Add ${bareKey('ecdsa-256')} --now --help`,
      'a line end in it': `key add ${publicLine('rsa-3072').replace(/.{100}/g, '$&\n')}`,
      'nothing that says what to do': `key ${bareKey('sk-ed25519')} a100 x2`,
      'as long a key as there is': `key add ${publicLine('rsa-8192')}`,
    };
    for (const [what, text] of Object.entries(said))
      expect([what, await outcomeOf('bob', text)]).toEqual([what, 'done']);
    const names = ['2 h', '--now --help', 'bob@desk', 'a100 x2', 'bob@vault'];
    expect(await namesOf('bob')).toEqual(names);
  });

  it('is not added twice, by whatever name', async () => {
    await say('console:bob', `key add ${laptop}`);
    const { refusal } = await say('console:bob', `key add ${bareKey('ed25519')} another-name`);
    expect(refusal).toEqual({ kind: 'ssh_key_known', name: 'bob@laptop' });
    expect(await namesOf('bob')).toEqual(['bob@laptop']);
  });

  it('is not added by two people: nobody could tell them apart', async () => {
    await say('console:bob', `key add ${laptop}`);
    const { refusal } = await say('console:carol', `key add ${laptop}`);
    expect(refusal).toEqual({ kind: 'ssh_key_of_another', person: 'bob' });
    expect(await namesOf('carol')).toEqual([]);
    await say('console:bob', 'key remove 1');
    expect(await outcomeOf('carol', `key add ${laptop}`)).toBe('done');
  });

  it('is free again when its owner has left', async () => {
    const { store } = stage.world;
    const hosts = [{ name: 'gpu-1', address: 'test:gpu-1', simulated: false }];
    await say('console:carol', `key add ${laptop}`);
    expect(await outcomeOf('bob', `key add ${laptop}`)).toBe('ssh_key_of_another');
    const carols = await stage.world.actorOf('carol');
    const people = lab.people.filter(({ name }) => name !== 'carol');
    await store.setUp({ teams: [{ ...lab, people }], hosts });
    expect(await outcomeOf('bob', `key add ${laptop}`)).toBe('done');
    expect(await store.sshKeysOf(carols.personId)).toEqual([]);
  });

  it('has a name of its own among those of its owner', async () => {
    for (const at of [1, 2, 3]) await say('console:bob', `key add ${madeUpLine(at, 'Laptop')}`);
    await say('console:carol', `key add ${madeUpLine(4, 'laptop')}`);
    expect(await namesOf('bob')).toEqual(['Laptop', 'Laptop 2', 'Laptop 3']);
    expect(await namesOf('carol')).toEqual(['laptop']);
  });

  it('is not the 21st of a person', async () => {
    for (let at = 0; at < 20; at += 1)
      expect(await outcomeOf('bob', `key add ${madeUpLine(at)}`)).toBe('done');
    expect(await outcomeOf('bob', `key add ${laptop}`)).toBe('too_many_ssh_keys');
    expect(await outcomeOf('carol', `key add ${laptop}`)).toBe('done');
    await say('console:bob', 'key remove 7');
    expect(await outcomeOf('bob', `key add ${desk}`)).toBe('done');
  });

  it.each([
    'key add -----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU',
    'key -----BEGIN RSA PRIVATE KEY----- MIIEow',
    'key remove b3BlbnNzaC1rZXktdjEAAAAABG5vbmU',
  ])('is not the private half, of which nothing is kept or repeated: %j', async (text) => {
    const reply = await say('console:bob', text);
    expect(reply.refusal).toEqual({ kind: 'private_key_shown' });
    expect(reply.text).not.toMatch(/b3Blb|MIIE/);
    const kept = await stage.database.db.select().from(events);
    expect(JSON.stringify(kept.map(({ input }) => input))).not.toMatch(/b3Blb|MIIE/);
  });

  it('is shown to nobody but its owner, save its fingerprint in the audit', async () => {
    await say('console:bob', `key add ${laptop}`);
    await say('console:bob', 'key remove bob@laptop');
    const text = (await say('console:alice', 'audit')).text;
    expect(text).toContain(`bob: added the SSH key ${fingerprints.ed25519}`);
    expect(text).toContain(`bob: removed the SSH key ${fingerprints.ed25519}`);
    const { teamId } = stage.world.team;
    const asked = { teamId, personId: null, about: null, before: null, limit: 50 };
    const shown = (await stage.world.store.events(asked)).filter(({ action }) =>
      /key/.test(action),
    );
    expect(shown).toHaveLength(2);
    expect(JSON.stringify(shown)).not.toMatch(/AAAA|laptop/);
    expect((await say('console:alice', 'key')).text).toContain('None yet');
  });

  it('is not for guests', async () => {
    const said = { standing: 'guest' } as const;
    const { refusal } = await say('console:bob', `key add ${laptop}`, said);
    expect(refusal?.kind).toBe('guests_refused');
  });

  it('is asked for where it was left out, and so is which one is meant', async () => {
    const missing = { kind: 'argument_missing' };
    expect((await say('console:bob', 'key add')).refusal).toMatchObject(missing);
    expect((await say('console:bob', 'key remove')).text).toContain('/gpu key remove 1');
    expect(await outcomeOf('bob', 'key list them')).toBe('argument_not_understood');
    expect(await outcomeOf('bob', 'key laptop')).toBe('unknown_key_verb');
    expect((await say('console:bob', 'key rm bob@laptop')).refusal).toEqual({
      kind: 'unknown_key_verb',
      typed: 'rm',
    });
    expect(await outcomeOf('bob', 'key ~/.ssh/id_ed25519.pub')).toBe('public_key_not_understood');
    expect(await outcomeOf('bob', `key add ${publicLine('rsa-1024')}`)).toBe('ssh_key_refused');
    expect((await say('console:bob', 'key --help')).text).toContain('/gpu key list');
  });

  it('is completed by what can be done, and by one’s own names where one goes', async () => {
    await say('console:bob', `key add ${laptop}`);
    await say('console:carol', `key add ${desk}`);
    expect(await complete('key ')).toEqual(['key add', 'key list', 'key remove']);
    expect(await complete('key r')).toEqual(['key remove']);
    expect(await complete('key remove ')).toEqual(['key remove bob@laptop']);
    expect(await complete('key add ')).toEqual([]);
  });
});

onEachDatabase('a key that is removed', {}, (stage) => {
  const { say, outcomeOf, namesOf } = createTalk(stage);

  it.each([
    ['its name', 'BOB@desk'],
    ['its fingerprint', fingerprints['ecdsa-256']],
    ['its fingerprint alone', fingerprints['ecdsa-256'].replace('SHA256:', '')],
    ['its number in the list', '2'],
    ['its number as it may be written', '#2'],
  ])('is the one that was meant, by %s', async (_, named) => {
    for (const line of [laptop, desk]) await say('console:bob', `key add ${line}`);
    const { ok, text } = await say('console:bob', `key remove ${named}`);
    expect([ok, text]).toEqual([true, expect.stringContaining('bob@desk is removed')]);
    expect(text).toContain('stay until they end');
    expect(await namesOf('bob')).toEqual(['bob@laptop']);
    expect(await outcomeOf('bob', `key add ${desk}`)).toBe('done');
  });

  it('is never another person’s, whatever it is called', async () => {
    await say('console:bob', `key add ${laptop}`);
    for (const named of ['1', 'bob@laptop', fingerprints.ed25519]) {
      const { refusal } = await say('console:carol', `key remove ${named}`);
      expect(refusal).toEqual({ kind: 'unknown_ssh_key', typed: named, known: [] });
    }
    expect(await outcomeOf('alice', 'key remove bob@laptop')).toBe('unknown_ssh_key');
    expect(await namesOf('bob')).toEqual(['bob@laptop']);
  });

  it('is one, however often the same request comes', async () => {
    for (const line of [laptop, desk]) await say('console:bob', `key add ${line}`);
    const once = { requestKey: 'remove:1' };
    const [first, again] = [
      await say('console:bob', 'key remove 1', once),
      await say('console:bob', 'key remove 1', once),
    ];
    expect([first.ok, again.text]).toEqual([true, first.text]);
    expect(await namesOf('bob')).toEqual(['bob@desk']);
  });
});

onPostgres('keys under contention', {}, (stage) => {
  const { say, outcomeOf, namesOf } = createTalk(stage);

  it('are 20 of a person, of however many that come at once', async () => {
    const lines = Array.from({ length: 26 }, (_, at) => madeUpLine(at));
    const outcomes = await Promise.all(lines.map((line) => outcomeOf('bob', `key add ${line}`)));
    expect(outcomes.filter((kind) => kind === 'done')).toHaveLength(20);
    expect(new Set(outcomes)).toEqual(new Set(['done', 'too_many_ssh_keys']));
    expect(await stage.database.db.$count(sshKeys)).toBe(20);
  });

  it('are of one person, of all who bring the same at once', async () => {
    const people = ['alice', 'bob', 'carol'];
    for (let at = 0; at < 5; at += 1) {
      const line = madeUpLine(at);
      const outcomes = await Promise.all(people.map((who) => outcomeOf(who, `key add ${line}`)));
      expect(outcomes.sort()).toEqual(['done', 'ssh_key_of_another', 'ssh_key_of_another']);
    }
    expect(await stage.database.db.$count(sshKeys)).toBe(5);
  });

  it('are removed once, and have different names', async () => {
    const same = [1, 2, 3].map((at) => madeUpLine(at, 'laptop'));
    await Promise.all(same.map((line) => say('console:bob', `key add ${line}`)));
    expect((await namesOf('bob')).sort()).toEqual(['laptop', 'laptop 2', 'laptop 3']);
    const outcomes = await Promise.all([1, 2].map(() => outcomeOf('bob', 'key remove laptop 2')));
    expect(outcomes.sort()).toEqual(['done', 'unknown_ssh_key']);
    expect(await namesOf('bob')).toHaveLength(2);
  });
});
