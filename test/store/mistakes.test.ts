import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createCommands } from '../../bot/handle.ts';
import type { Standing } from '../../core/entity.ts';
import { createAsking } from '../support/asking.ts';
import { chosenPytorch } from '../support/facts.ts';
import { onEachDatabase, type Stage, sessionIn, viewOf } from '../support/stage.ts';

/** Bob’s, for the team. */
const requestOf = (stage: Stage) => createAsking(stage).asked('bob', 20);

const images = [chosenPytorch];
type Speaker = { externalId?: string; standing?: Standing };
const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

onEachDatabase('what cannot be understood', {}, (stage) => {
  const refusalOf = async (
    text: string,
    { externalId = 'bob', standing = 'member' }: Speaker = {},
  ) => {
    const deps = { ...stage.world, images, log, newSecret: randomUUID, wake: silent };
    const asked = { platform: 'console', externalId, standing, channel: 'lab', text } as const;
    const reply = await createCommands(deps).handle({ ...asked, requestKey: randomUUID() });
    expect(reply.ok).toBe(reply.refusal === null);
    return reply.refusal;
  };

  it.each([
    ['', { kind: 'nothing_typed' }],
    ['strat a100 2h', { kind: 'unknown_command', typed: 'strat' }],
    ['start a100', { kind: 'argument_missing', command: 'start', argument: 'duration' }],
    ['start a100 2h pytorch please', { kind: 'argument_not_understood', typed: 'please' }],
    [
      'start a100 2h --soon',
      { kind: 'flag_unknown', typed: '--soon', flags: ['--now', '--me', '--check'] },
    ],
    ['start a100 2hats', { kind: 'duration_not_understood', typed: '2hats' }],
    [
      'start a100 2h jaxx',
      { kind: 'unknown_image', typed: 'jaxx', offered: ['pytorch'], meant: null },
    ],
    ['stop no-such', { kind: 'unknown_session', typed: 'no-such', living: [] }],
    ['stop', { kind: 'no_session_of_yours' }],
  ])('of "%s" is answered with what was meant', async (text, refusal) => {
    expect(await refusalOf(text)).toMatchObject(refusal);
  });

  it('of a stranger is answered with who it is that nobody knows', async () => {
    const refusal = { kind: 'person_unknown', platform: 'console', externalId: 'mallory' };
    expect(await refusalOf('status', { externalId: 'mallory' })).toEqual(refusal);
  });

  it.each(['start a100 2h', 'extend 1h', 'request 20 "more runs"', 'approve 1', 'token', 'link'])(
    'or is not for guests, who spend and decide nothing: "%s"',
    async (text) => {
      const { world } = stage;
      await sessionIn(world, 'running');
      await requestOf(stage);
      const [command] = text.split(' ');
      const refusal = { kind: 'guests_refused', command };
      for (const standing of ['guest', 'bot'] as const)
        expect(await refusalOf(text, { standing })).toEqual(refusal);
      expect(await world.store.livingSessions({ teamId: world.team.teamId })).toHaveLength(1);
    },
  );

  it('or is for guests too, as it costs nothing: list, and stop of their own', async () => {
    await sessionIn(stage.world, 'running');
    expect(await refusalOf('list', { standing: 'guest' })).toBeNull();
    expect(await refusalOf('stop', { standing: 'guest' })).toBeNull();
  });

  it('of a guest whom nobody knows makes them nobody by a code either', async () => {
    const guest = { externalId: 'mallory', standing: 'guest' } as const;
    const refusal = { kind: 'guests_refused', command: 'link' };
    expect(await refusalOf('link K7QF-2MXD', guest)).toEqual(refusal);
    expect(await refusalOf('list', guest)).toMatchObject({ kind: 'person_unknown' });
  });

  it('of a session that is not ready has no link yet, and nobody else’s ever', async () => {
    const { world } = stage;
    const { name } = await viewOf(world, await sessionIn(world, 'starting'));
    expect(await refusalOf('open')).toEqual({ kind: 'not_ready', name });
    const refusal = { kind: 'not_allowed', needs: 'holder', holder: 'bob' };
    expect(await refusalOf(`open ${name}`, { externalId: 'alice' })).toEqual(refusal);
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
