import { describe, expect, it } from 'vitest';
import { namesIn } from '../../adapters/slack/names.ts';
import { standingOf } from '../../adapters/slack/people.ts';
import type { Message } from '../../core/message.ts';

describe('who is mentioned', () => {
  it('is asked for once, wherever it stands, and nobody else is', async () => {
    const asked: string[] = [];
    const bob = { kind: 'mention', personId: 'bob', name: 'bob' } as const;
    const zoe = { kind: 'mention', personId: 'zoe', name: 'zoe' } as const;
    const message: Message = {
      title: 'x',
      tone: 'neutral',
      parts: [
        { kind: 'text', text: ['by ', bob, { kind: 'strong', text: 'x' }] },
        { kind: 'fields', fields: [{ name: 'By', value: [bob, zoe] }] },
        { kind: 'code', text: 'x' },
      ],
    };
    const names = await namesIn(message, async (id) => {
      asked.push(id);
      return id === 'bob' ? 'UBOB' : null;
    });
    expect(asked.sort()).toEqual(['bob', 'zoe']);
    expect([names('bob'), names('zoe'), names('carol')]).toEqual(['UBOB', null, null]);
  });
});

describe('what somebody is', () => {
  const full = { team_id: 'T1' };
  it.each([
    [full, 'member'],
    [{}, 'member'],
    [{ ...full, is_bot: true }, 'bot'],
    [{ ...full, is_restricted: true }, 'guest'],
    [{ ...full, is_ultra_restricted: true }, 'guest'],
    [{ ...full, deleted: true }, 'guest'],
    [{ ...full, is_stranger: true }, 'guest'],
    [{ team_id: 'T2' }, 'guest'],
    [{ team_id: 'T2', enterprise_user: { teams: ['T3', 'T1'] } }, 'member'],
    [{ team_id: 'T2', enterprise_user: {} }, 'guest'],
  ])('%j is a %s', (user, standing) => {
    expect(standingOf(user, 'T1')).toBe(standing);
  });
});
