import type { Receiver } from '@slack/bolt';
import { describe, expect, it } from 'vitest';
import {
  blockAction,
  commandDelivery,
  pressOf,
  reactionDelivery,
  replyTo,
} from '../../adapters/slack/payloads.ts';
import { keepingVotes } from '../../adapters/slack/receiver.ts';
import { formatReply, parseReply } from '../../adapters/slack/reply.ts';
import type { Delivery } from '../../core/delivery.ts';
import { noon } from '../support/world.ts';

describe('the way of an answer', () => {
  it.each([
    { kind: 'home' },
    { kind: 'respond', url: 'https://hooks.slack.com/a?b=c' },
    { kind: 'replace', url: 'https://hooks.slack.com/a?b=c' },
  ] as const)('comes back as it was: $kind', (reply) => {
    expect(parseReply(formatReply(reply))).toEqual(reply);
  });

  it('is none where there is none', () => {
    expect(parseReply(null)).toBeNull();
  });
});

describe('what arrives', () => {
  it('by command has two and a half seconds to be kept, and its key', () => {
    const said = { externalId: 'UBOB', channel: 'CLAB', text: 'list', id: '1.2', press: 'p' };
    const delivery = commandDelivery({ ...said, reply: { kind: 'home' } }, noon);
    expect(delivery).toEqual({
      kind: 'command',
      invocation: {
        ...{ platform: 'slack', externalId: 'UBOB', channel: 'CLAB', text: 'list' },
        requestKey: 'slack:1.2',
      },
      reply: 'home',
      press: 'p',
      keepBy: new Date(noon.getTime() + 2500),
    });
    expect(commandDelivery({ ...said, reply: null }, noon)).toMatchObject({ reply: null });
  });

  const value = '{"command":"stop otter","asks":null,"settles":true}';
  const action = (changes: object) =>
    blockAction.parse({
      user: { id: 'UBOB' },
      trigger_id: '1',
      container: { type: 'message' },
      response_url: 'https://hooks',
      actions: [{ action_id: 'command:12', value, ...changes }],
    });

  it('by a button of a command carries it', () => {
    const pressed = { command: 'stop otter', asks: null, settles: true, action: 'command:12' };
    expect(pressOf(action({}))).toEqual(pressed);
  });

  it.each([
    { value: undefined },
    { action_id: 'field:type' },
    { action_id: 'command:' },
    { action_id: 'xcommand:1' },
  ])('by any other carries none: %j', (changes) => {
    expect(pressOf(action(changes))).toBeNull();
  });

  it.each([
    [{}, true, { kind: 'replace', url: 'https://hooks' }],
    [{}, false, { kind: 'respond', url: 'https://hooks' }],
    [{ container: { type: 'view' } }, true, { kind: 'home' }],
    [{ response_url: undefined }, true, null],
  ])('in %j that settles it: %s is answered by %j', (place, settles, way) => {
    const pressed = { command: 'x', asks: null, settles, action: 'command:1' };
    expect(replyTo({ ...action({}), ...place } as never, pressed)).toEqual(way);
  });

  const reacted = (event: object, item: object = {}) => ({
    type: 'event_callback',
    event_id: 'Ev1',
    event: {
      ...{ type: 'reaction_added', user: 'UBOB', reaction: 'white_check_mark', item_user: 'UBOT' },
      item: { type: 'message', channel: 'CLAB', ts: '1.2', ...item },
      ...event,
    },
  });

  it.each([
    [{}, true],
    [{ type: 'reaction_removed' }, false],
    [{ item_user: undefined }, true],
  ])('by an emoji under a message of ours is a vote: %j', (event, isAdded) => {
    expect(reactionDelivery(reacted(event), 'UBOT')).toEqual({
      kind: 'reaction',
      reaction: {
        ...{ platform: 'slack', externalId: 'UBOB', emoji: '✅', isAdded, requestKey: 'slack:Ev1' },
        ref: { channel: 'CLAB', message: '1.2' },
      },
    });
  });

  it.each([
    [{ user: 'UBOT' }, {}],
    [{ item_user: 'UCAROL' }, {}],
    [{ reaction: 'party-parrot' }, {}],
    [{ type: 'reaction_seen' }, {}],
    [{}, { channel: undefined }],
    [{}, { ts: undefined }],
  ])('by any other emoji is none: %j %j', (event, item) => {
    expect(reactionDelivery(reacted(event, item), 'UBOT')).toBeNull();
  });

  /** A receiver of votes, and what came through it in order. */
  function receiving({ own = 'UBOT' as string | null, isFull = false } = {}) {
    const heard: string[] = [];
    type Taker = { processEvent(event: { body: object }): Promise<void> };
    const takers: Taker[] = [];
    const inner = { init: (app: unknown) => void takers.push(app as Taker) };
    const take = async ({ kind }: Delivery) => {
      if (isFull) throw new Error('the database is away');
      heard.push(kind);
    };
    const receiver = keepingVotes(inner as unknown as Receiver, {
      inbox: { take } as never,
      botUserId: () => own,
    });
    receiver.init({ processEvent: async () => void heard.push('told') } as never);
    return { heard, receive: (body: object) => takers[0]?.processEvent({ body }) };
  }

  it('as a vote is kept before anybody is told of it', async () => {
    const { heard, receive } = receiving();
    await receive(reacted({}));
    await receive({ type: 'event_callback' });
    expect(heard).toEqual(['reaction', 'told', 'told']);
  });

  it('as a vote is not acknowledged where it cannot be kept, or we do not know who we are', async () => {
    const full = receiving({ isFull: true });
    await expect(full.receive(reacted({}))).rejects.toThrow('away');
    const unknown = receiving({ own: null });
    await expect(unknown.receive(reacted({}))).rejects.toMatchObject({ code: 'chat_unreachable' });
    await unknown.receive({ type: 'event_callback' });
    expect([full.heard, unknown.heard]).toEqual([[], ['told']]);
  });
});
