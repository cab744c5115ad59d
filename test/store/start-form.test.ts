import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { inCredits, plainText } from '../../bot/render/words.ts';
import type { Standing } from '../../core/entity.ts';
import type { Chosen, Form } from '../../core/invocation.ts';
import { createSpending, withLimits } from '../support/limited.ts';
import { commandsOf } from '../support/speaking.ts';
import { accountOf, onEachDatabase, type Stage, sessionIn } from '../support/stage.ts';
import { accepted, askStart, testPolicy } from '../support/world.ts';

const asker = { platform: 'console', externalId: 'bob', channel: 'lab' } as const;

function createChoosing(stage: Stage) {
  const open = (chosen: Chosen = {}, standing: Standing = 'member', externalId = 'bob') =>
    commandsOf(stage.world).startForm({ ...asker, externalId, standing }, chosen);
  /** Bob's, with what he chose. */
  const formOf = async (chosen: Chosen = {}): Promise<Form> => {
    const opened = await open(chosen);
    if ('message' in opened) throw new Error(plainText(opened.message));
    return opened.form;
  };
  const refusalOf = async (...asked: Parameters<typeof open>) => {
    const opened = await open(...asked);
    return 'message' in opened ? plainText(opened.message) : null;
  };
  const submit = (form: Form) => {
    const text = commandsOf(stage.world).startCommand(chosenIn(form));
    const requestKey = randomUUID();
    return commandsOf(stage.world).handle({ ...asker, standing: 'member', text, requestKey });
  };
  return { formOf, refusalOf, submit };
}

function chosenIn({ fields }: Form): Chosen {
  return Object.fromEntries(fields.map(({ name, chosen }) => [name, chosen]));
}

function optionsOf({ fields }: Form, name: string) {
  return fields.find((field) => field.name === name)?.options ?? [];
}

const valuesOf = (form: Form, name: string) => optionsOf(form, name).map(({ value }) => value);

const prices = { default: 10_000n, rtx4090: 4_000n, cpu: 1_000n };
const options = {
  policy: { prices },
  hosts: {
    'gpu-1': ['a100-40gb', 'a100-40gb'],
    'gpu-2': ['a100-80gb', 'a100-80gb', 'a100-80gb'],
    'gpu-3': ['rtx4090', 'rtx4090'],
    'gpu-4': ['cpu', 'cpu'],
  },
};

onEachDatabase('the form for a start', options, (stage) => {
  it('offers every type with what is free of it and its price, and what is usual is chosen', async () => {
    await sessionIn(stage.world, 'running', { deviceType: 'a100-40gb', deviceCount: 2 });
    const form = await createChoosing(stage).formOf();
    expect(optionsOf(form, 'type')).toEqual([
      { value: 'a100-40gb', label: 'a100-40gb · 0 of 2 free · 10 credits/h' },
      { value: 'a100-80gb', label: 'a100-80gb · 3 of 3 free · 10 credits/h' },
      { value: 'rtx4090', label: 'rtx4090 · 2 of 2 free · 4 credits/h' },
      { value: 'a100', label: 'any a100 · 3 of 5 free · 10 credits/h' },
      { value: 'any', label: 'any GPU · 5 of 7 free · 4–10 credits/h' },
      { value: 'cpu', label: 'cpu · 2 of 2 free · 1 credit/h' },
    ]);
    expect(valuesOf(form, 'count')).toEqual(['1', '2', '3']);
    expect(optionsOf(form, 'payer')).toEqual([
      { value: 'team', label: 'lab · 480 credits available' },
    ]);
    expect(chosenIn(form)).toEqual({
      type: 'a100-80gb',
      count: '1',
      duration: '2h',
      image: 'pytorch',
      payer: 'team',
    });
  });

  it('keeps what was chosen, and not what is not to be had with it', async () => {
    const { formOf } = createChoosing(stage);
    const chosen = { type: 'a100-80gb', count: '3', duration: '4h', image: 'none', payer: 'me' };
    const form = await formOf(chosen);
    const kept = { type: 'a100-80gb', count: '3', duration: '4h' };
    expect(chosenIn(form)).toEqual({ ...kept, image: 'pytorch', payer: 'team' });
    expect(chosenIn(await formOf({ ...chosen, type: 'rtx4090' }))).toMatchObject({ count: '1' });
  });

  it('calls nothing free on a host that is silent', async () => {
    const { world } = stage;
    await world.clock.advance((testPolicy.hostSilentSeconds + 1) * 1000);
    const form = await createChoosing(stage).formOf();
    expect(optionsOf(form, 'type')[0]?.label).toContain('0 of 2 free');
    expect(plainText(form.quote)).toContain('Start: cannot be foretold yet.');
  });

  it('holds and changes nothing', async () => {
    const before = await accountOf(stage.world);
    await createChoosing(stage).formOf({ type: 'any' });
    expect(await accountOf(stage.world)).toEqual(before);
    expect((await stage.world.store.fleet()).running).toEqual([]);
  });

  it.each<Chosen>([
    {},
    { type: 'a100', count: '2', duration: '1d' },
    { type: 'any', count: '2', duration: '30m' },
    { type: 'rtx4090', count: '2', payer: 'me', duration: '8h' },
    { type: 'cpu', duration: '12h' },
  ])('makes a command that starts exactly what it said: %o', async (chosen) => {
    await createSpending(stage).giveOwn(100);
    const { formOf, submit } = createChoosing(stage);
    const form = await formOf(chosen);
    expect(chosenIn(form)).toMatchObject(chosen);
    const before = await accountOf(stage.world);
    const { session, text } = await submit(form);
    if (!session) throw new Error(text);
    const [said, payer] = [plainText(form.quote), chosen['payer'] === 'me' ? 'bob' : 'lab'];
    const all = payer === 'bob' ? 100n * 3_600_000n : before.posted;
    expect(said).toContain(`Held: ${inCredits(session.held)} for `);
    expect(said).toContain(`Left then: ${inCredits(all - session.held)} of ${payer}`);
    expect(said).toContain(`Starts at once on ${session.host}.`);
    expect(session).toMatchObject({ queued: false, account: payer });
  });

  it('says of what is taken which place in line it gets, and makes a command for that', async () => {
    const { world } = stage;
    await sessionIn(world, 'running', { deviceType: 'a100-40gb', deviceCount: 2 });
    await accepted(askStart(world, 'carol', { deviceType: 'a100-40gb' }));
    const { formOf, submit } = createChoosing(stage);
    const form = await formOf({ type: 'a100-40gb', count: '2' });
    const { session } = await submit(form);
    const said = plainText(form.quote);
    expect(said).toContain(`Held: ${inCredits(session?.held ?? 0n)} for 2h`);
    expect(said).toContain('Number 2 in line: 1 before it');
    expect(said).toContain('Start: about 2026-03-02 14:00 UTC');
    expect(session?.queued).toBe(true);
    const shown = plainText(await commandsOf(world).home(asker));
    expect(shown).toContain('Number 2 in line: 1 before it');
    expect(shown).toContain('Start: about 2026-03-02 14:00 UTC');
  });

  it('makes commands of which every one is understood', async () => {
    const { formOf, submit } = createChoosing(stage);
    const whole = await formOf();
    const all = ['type', 'duration', 'count', 'image', 'payer'].flatMap((name) =>
      valuesOf(whole, name).map((value): Chosen => ({ [name]: value })),
    );
    expect(all.length).toBeGreaterThan(15);
    for (const chosen of all) {
      const form = await formOf(chosen);
      const { refusal, text } = await submit(form);
      expect([chosen, refusal && text]).toEqual([chosen, refusal && plainText(form.quote)]);
      expect(['short_balance', undefined]).toContain(refusal?.kind);
    }
  });

  it('is not for strangers and not for guests, who are told so', async () => {
    const { refusalOf } = createChoosing(stage);
    expect(await refusalOf({}, 'member', 'mallory')).toContain('I do not know you here yet');
    expect(await refusalOf({}, 'guest')).toContain('start is for members');
  });
});

onEachDatabase('the form for a start at a site without hosts', { hosts: {} }, (stage) => {
  it('is none, and says why', async () => {
    expect(await createChoosing(stage).refusalOf()).toContain('No host has answered yet.');
  });
});

const refusing = [
  ['short_balance', { credits: 15 }, { duration: '2h' }],
  ['spending_limit', { policy: withLimits({ personSpending: { day: 15 } }) }, { duration: '2h' }],
  ['device_limit', { policy: withLimits({ personDevices: 1 }) }, {}],
  ['device_limit', { policy: withLimits({ teamDevices: 1 }) }, {}],
  ['queue_full', { policy: { queueLimit: 0 } }, { count: '2' }],
] as const;

for (const [kind, world, chosen] of refusing)
  onEachDatabase(`the form for a start that ${kind} would refuse`, world, (stage) => {
    it('foretells it in the words of the refusal', async () => {
      if (kind === 'device_limit' || kind === 'queue_full') await sessionIn(stage.world, 'running');
      const { formOf, submit } = createChoosing(stage);
      const form = await formOf(chosen);
      const { refusal, text } = await submit(form);
      expect(refusal?.kind).toBe(kind);
      expect(plainText(form.quote)).toBe(text);
      expect(form.quote.tone).toBe('warning');
    });
  });
