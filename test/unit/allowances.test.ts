import { describe, expect, it } from 'vitest';
import { allowancesOf } from '../../bot/allowances.ts';
import { siteFile } from '../../bot/site-file.ts';
import { ticksPerCredit } from '../../core/money.ts';
import type { Payee } from '../../core/view.ts';

const payee = (kind: Payee['kind'], name: string, ...teamIds: string[]): Payee => {
  return { kind, name, accountId: `${kind} ${name}`, personId: null, teamIds };
};
const payees = [
  payee('team', 'vision', 'T1'),
  payee('team', 'speech', 'T2'),
  payee('person', 'alice', 'T1'),
  payee('person', 'bob', 'T1', 'T2'),
  payee('person', 'carol', 'T2'),
];

/** Who gets how many credits in which zone: vision is alice and bob, speech is bob and carol. */
function resolve(vision: object[], speech: object[] = []): Record<string, string> {
  const people = (...names: string[]) => names.map((name) => ({ name }));
  const teams = siteFile.shape.teams.unwrap().parse([
    { name: 'vision', zone: 'Europe/Berlin', people: people('alice', 'bob'), allowances: vision },
    { name: 'speech', zone: 'Asia/Tokyo', people: people('bob', 'carol'), allowances: speech },
  ]);
  return Object.fromEntries(
    allowancesOf(teams, payees).map(({ accountId, amount, zone }) => {
      return [accountId, `${amount / ticksPerCredit} in ${zone}`];
    }),
  );
}

const to = (name: string, amount: number) => ({ to: name, every: 'month', amount });

describe('a configured allowance', () => {
  it('is the team’s own account’s, by the team’s calendar', () => {
    expect(resolve([to('team', 100)], [to('team', 200)])).toEqual({
      'team vision': '100 in Europe/Berlin',
      'team speech': '200 in Asia/Tokyo',
    });
  });

  it('is each member’s own account’s', () => {
    expect(resolve([to('members', 10)])).toEqual({
      'person alice': '10 in Europe/Berlin',
      'person bob': '10 in Europe/Berlin',
    });
  });

  it('is also that of a member whom a user group brings', () => {
    const teams = siteFile.shape.teams
      .unwrap()
      .parse([{ name: 'vision', slack: { members: 'ml' }, allowances: [to('members', 10)] }]);
    const names = allowancesOf(teams, payees).map(({ name }) => name);
    expect(names).toEqual(['alice', 'bob']);
  });

  it('is, for somebody who is named, instead of what the members get', () => {
    const named = { 'person alice': '10 in Europe/Berlin', 'person bob': '30 in Europe/Berlin' };
    expect(resolve([to('members', 10), to('bob', 30)])).toEqual(named);
    expect(resolve([to('bob', 30), to('members', 10)])).toEqual(named);
  });

  it('is, for somebody in two teams, that of the first which has one for them', () => {
    const both = resolve([to('members', 10)], [to('members', 20)]);
    expect(both['person bob']).toBe('10 in Europe/Berlin');
    expect(resolve([], [to('members', 20)])['person bob']).toBe('20 in Asia/Tokyo');
    const named = resolve([to('members', 10)], [to('bob', 30)]);
    expect(named['person bob']).toBe('30 in Asia/Tokyo');
  });

  it('brings how often it comes and how much of it stays', () => {
    const teams = siteFile.shape.teams.unwrap().parse([
      {
        name: 'vision',
        people: [{ name: 'bob' }],
        allowances: [{ to: 'bob', every: 'week', amount: 1000, carryOver: 200 }],
      },
    ]);
    expect(allowancesOf(teams, payees)).toEqual([
      {
        accountId: 'person bob',
        name: 'bob',
        every: 'week',
        zone: 'UTC',
        amount: 1000n * ticksPerCredit,
        carryOver: 200n * ticksPerCredit,
      },
    ]);
  });
});
