import { glob, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { renderAudit, renderDecisions } from '../../bot/render/audit.ts';
import { renderCheck } from '../../bot/render/check.ts';
import { phraseOf, phrases } from '../../bot/render/decision.ts';
import { plainText } from '../../bot/render/words.ts';
import { type BookDifference, type EventView, routineActions } from '../../core/audit.ts';
import { noon } from '../support/world.ts';

const credit = 3_600_000n;
const bob = { kind: 'person', personId: 'bob', name: 'bob', team: 'lab' } as const;

/** Bob's grant to carol, as somebody might read it a month later. */
function anEvent(facts: Partial<EventView> = {}): EventView {
  return {
    id: 'event-1',
    at: noon,
    actor: { ...bob, platform: 'slack', channel: 'C1' },
    action: 'grant',
    input: {},
    facts: {},
    outcome: { kind: 'accepted', result: {} },
    session: null,
    request: null,
    account: 'carol',
    ...facts,
  };
}

const session = { id: 's', name: 'brave-otter', holder: 'bob' };
const request = { id: 'r', number: 17, requester: 'carol' };
const accepted = (kind: string) => ({ kind: 'accepted' as const, result: { kind } });
const asked = { state: 'pending', amount: 50n * credit, reason: '', approvalsNeeded: 1 } as const;

describe('a decision in words', () => {
  it.each<[string, Partial<EventView>, string]>([
    [
      'start',
      { input: { deviceType: 'a100', deviceCount: 1, leaseSeconds: 7200 }, session },
      'started brave-otter, 1 × a100 for 2h',
    ],
    ['extend', { input: { addedSeconds: 1800 }, session }, 'extended brave-otter by 30m'],
    ['stop', { session: { ...session, holder: 'carol' } }, 'stopped carol’s brave-otter'],
    ['expire', { session, outcome: accepted('end') }, 'ended brave-otter: its time was up'],
    ['expire', { session, outcome: accepted('warning') }, 'warned of the end of brave-otter'],
    [
      'grant',
      { input: { amount: 50n * credit, reason: 'for the demo' } },
      'granted 50 to carol: for the demo',
    ],
    ['give', { input: { amount: credit / 2n, reason: 'thanks' } }, 'gave 0.5 to carol: thanks'],
    ['adjust', { input: { amount: -20n * credit, reason: 'ours' } }, 'adjusted carol by −20: ours'],
    [
      'reverse',
      {
        input: { number: 1204, reason: 'wrong' },
        facts: { transfer: { number: 1204, kind: 'grant', amount: 5n * credit, reason: '' } },
      },
      'took back transfer 1204, grant of 5: wrong',
    ],
    [
      'pay_allowance',
      {
        input: { amount: 100n * credit, period: '2026-03' },
        outcome: { kind: 'accepted', result: { expired: 8n * credit } },
      },
      'paid carol the allowance for 2026-03: 100; 8 were left over and expired',
    ],
    [
      'request',
      { input: { amount: 50n * credit, reason: 'paper' }, request },
      'asked for 50 for carol: paper',
    ],
    [
      'vote',
      { request, facts: { request: { ...asked, approvals: [] } }, outcome: accepted('approved') },
      'granted carol’s request 17, 50',
    ],
    ['vote', { request, outcome: accepted('counted') }, 'agreed to carol’s request 17'],
    [
      'vote',
      { request, input: { vote: 'deny', reason: 'full' }, outcome: accepted('denied') },
      'denied carol’s request 17: full',
    ],
    [
      'vote',
      { request, outcome: accepted('ignored') },
      'voted on carol’s request 17, which does not',
    ],
    [
      'take_vote_back',
      { request, outcome: accepted('taken_back') },
      'took back the vote on carol’s',
    ],
    ['take_vote_back', { request, outcome: accepted('too_late') }, 'which changed nothing'],
    ['withdraw', { request: { ...request, requester: 'bob' } }, 'withdrew request 17'],
    [
      'link',
      { outcome: { kind: 'accepted', result: { person: 'carol' } } },
      'became an identity of carol',
    ],
    ['add_ssh_key', { input: { fingerprint: 'SHA256:abc' } }, 'added the SSH key SHA256:abc'],
    [
      'remove_ssh_key',
      { outcome: { kind: 'accepted', result: { fingerprint: 'SHA256:abc' } } },
      'removed the SSH key SHA256:abc',
    ],
    ['report_keys', { session }, 'brought the SSH keys of brave-otter up to date'],
    [
      'report_ended',
      { session, input: { reason: 'host_lost' } },
      'ended brave-otter: its host stopped answering',
    ],
  ])('of %s', (action, facts, words) => {
    expect(phraseOf(anEvent({ action, ...facts })).did).toContain(words);
  });

  it('there is for every action', async () => {
    const names: string[] = [];
    for await (const path of glob('core/actions/*.ts'))
      for (const [, name] of (await readFile(path, 'utf8')).matchAll(/^ {2}name: '(\w+)',$/gm))
        names.push(name ?? '');
    expect(names.length).toBeGreaterThan(20);
    expect(Object.keys(phrases).sort()).toEqual(names.sort());
    expect(routineActions.filter((name) => !names.includes(name))).toEqual([]);
    for (const action of names) {
      const { did, wished } = phraseOf(anEvent({ action }));
      expect(`${did} ${wished}`).not.toMatch(/undefined|null|NaN|\[object/);
    }
  });

  it('is there also for an action of another version', () => {
    expect(phraseOf(anEvent({ action: 'sell_everything' })).did).toBe('decided: sell everything');
  });
});

describe('the audit in words', () => {
  it('says who, what, when, from where and on which facts, in one line each', () => {
    const facts = { accounts: [{ name: 'lab', posted: 500n * credit, held: 20n * credit }] };
    const input = { deviceType: 'a100', deviceCount: 2, leaseSeconds: 3600, own: true };
    const refusal = { kind: 'own_credits' } as const;
    const events = [
      anEvent({ action: 'start', input, session, facts }),
      anEvent({ input: { amount: credit }, outcome: { kind: 'refused', refusal } }),
      anEvent({ action: 'expire', actor: { kind: 'system', name: 'expiry' }, session }),
      anEvent({ action: 'link', actor: { kind: 'stranger', platform: 'slack', externalId: 'U1' } }),
    ];
    const [title, ...lines] = plainText(renderDecisions(events, 'about bob', 'lab')).split('\n');
    expect(title).toBe('Decisions about bob');
    expect(lines).toEqual([
      'bob: started brave-otter, 2 × a100 for 1h, with own credits · 2026-03-02 12:00 UTC · from slack C1 · lab had 480 available, 20 held',
      expect.stringMatching(
        /^bob: wanted to grant 1 to carol; refused: That would be for yourself/,
      ),
      'Dibs (expiry): ended bob’s brave-otter: its time was up · 2026-03-02 12:00 UTC',
      'slack U1: became an identity of somebody · 2026-03-02 12:00 UTC',
    ]);
  });

  it('says how much of the limits was used', () => {
    const period = { charged: 3n * credit, until: noon };
    const periods = { day: period, week: period, month: { ...period, charged: 9n * credit } };
    const spending = { periods, held: 2n * credit, personDevices: 1, teamDevices: 4 };
    const text = plainText(renderDecisions([anEvent({ facts: { spending } })], '', 'lab'));
    expect(text).toContain(
      '3 today, 3 this week, 9 this month, 2 held; devices in use: 1, by the whole team 4',
    );
  });

  it('says that there is nothing, about what', () => {
    expect(plainText(renderDecisions([], 'about bob', 'lab'))).toBe(
      'Nothing was decided about bob that concerns lab.',
    );
  });
});

const size = { accounts: 4, transfers: 12_345, sessions: 1, requests: 0 };
const posted: BookDifference = {
  of: 'lab',
  figure: 'posted',
  recorded: 500n * credit + 1n,
  recomputed: 500n * credit,
};

describe('the self-check in words', () => {
  it('says how much it looked at', () => {
    expect(plainText(renderCheck([], size))).toBe(
      'The book adds up: 4 accounts, 12,345 transfers, 1 session, 0 requests.',
    );
  });

  it('says what differs in credits and in ticks, so that a single tick shows', () => {
    const devices = { of: 'calm-owl', figure: 'devices', recorded: 0n, recomputed: 2n } as const;
    const text = plainText(renderCheck([posted, devices], size));
    expect(text).toContain('The book does not add up: 2 differences');
    expect(text).toMatch(/lab +posted +500 +500 +\+0\.000000278 +1,800,000,001 ≠ 1,800,000,000\n/);
    expect(text).toMatch(/calm-owl +devices +0 +2 +−2$/);
  });

  it('comes before the decisions, and in a chat not without end', () => {
    const many = Array.from({ length: 25 }, (_, at) => ({ ...posted, of: `team-${at}` }));
    const text = plainText(renderAudit({ differences: many, size }, [anEvent()], 'lab'));
    expect(text).toContain('25 differences');
    expect(text).toContain('team-19');
    expect(text).not.toContain('team-20');
    expect(text).toContain('And 5 others.');
    expect(text).toContain('granted');
  });
});
