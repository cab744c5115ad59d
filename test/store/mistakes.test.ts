import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createCommands } from '../../bot/handle.ts';
import { onEachDatabase, sessionIn, viewOf } from '../support/stage.ts';

const images = [
  { name: 'pytorch', reference: 'dibs/pytorch-cuda:2.9', build: null, devices: 'gpu' as const },
];
const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

onEachDatabase('what cannot be understood', {}, (stage) => {
  const refusalOf = async (text: string, externalId = 'bob') => {
    const deps = { ...stage.world, images, log, newSecret: randomUUID, wake: silent };
    const asked = { platform: 'console' as const, externalId, channel: 'lab', text };
    const reply = await createCommands(deps).handle({ ...asked, requestKey: randomUUID() });
    expect(reply.ok).toBe(reply.refusal === null);
    return reply.refusal;
  };

  it.each([
    ['', { kind: 'nothing_typed' }],
    ['strat a100 2h', { kind: 'unknown_command', typed: 'strat' }],
    ['start a100', { kind: 'argument_missing', command: 'start', argument: 'duration' }],
    ['start a100 2h pytorch please', { kind: 'argument_not_understood', typed: 'please' }],
    ['start a100 2h --soon', { kind: 'flag_unknown', typed: '--soon', flags: ['--now', '--me'] }],
    ['start a100 2hats', { kind: 'duration_not_understood', typed: '2hats' }],
    ['start a100 2h jaxx', { kind: 'unknown_image', typed: 'jaxx', offered: ['pytorch'] }],
    ['stop no-such', { kind: 'unknown_session', typed: 'no-such', living: [] }],
    ['stop', { kind: 'no_session_of_yours' }],
  ])('of "%s" is answered with what was meant', async (text, refusal) => {
    expect(await refusalOf(text)).toMatchObject(refusal);
  });

  it('of a stranger is answered with who it is that nobody knows', async () => {
    const refusal = { kind: 'person_unknown', platform: 'console', externalId: 'mallory' };
    expect(await refusalOf('status', 'mallory')).toEqual(refusal);
  });

  it('of two sessions is answered with their names', async () => {
    const { world } = stage;
    const ids = [await sessionIn(world, 'requested'), await sessionIn(world, 'requested')];
    const views = await Promise.all(ids.map((id) => viewOf(world, id)));
    const refusal = await refusalOf('stop');
    if (refusal?.kind !== 'which_session') throw new Error(`refused: ${refusal?.kind}`);
    expect([...refusal.names].sort()).toEqual(views.map(({ name }) => name).sort());
  });
});
