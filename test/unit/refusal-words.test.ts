import { describe, expect, it } from 'vitest';
import { renderRefusal } from '../../bot/render/refusal.ts';
import { nearest, plainText } from '../../bot/render/words.ts';
import type { Refusal, RefusalKind } from '../../core/refusal.ts';
import { noon } from '../support/world.ts';

const commands = ['start', 'stop', 'extend', 'list', 'status', 'balance', 'token', 'help'];
const credit = 3_600_000n;

/** Each refusal, and what its sentence must hold: the fact, and the way out. */
const sentences: {
  [K in RefusalKind]: { refusal: Extract<Refusal, { kind: K }>; says: string[] };
} = {
  nothing_typed: { refusal: { kind: 'nothing_typed' }, says: ['/gpu start', '/gpu help'] },
  unknown_command: {
    refusal: { kind: 'unknown_command', typed: 'strat', commands },
    says: ['“strat”', '/gpu start'],
  },
  argument_missing: {
    refusal: {
      kind: 'argument_missing',
      command: 'start',
      argument: 'duration',
      example: 'start a100 2h',
    },
    says: ['duration', '/gpu start a100 2h'],
  },
  argument_not_understood: {
    refusal: {
      kind: 'argument_not_understood',
      command: 'start',
      typed: 'please',
      example: 'start a100 2h',
    },
    says: ['“please”', '/gpu start a100 2h'],
  },
  flag_unknown: {
    refusal: { kind: 'flag_unknown', command: 'start', typed: '--soon', flags: ['--now'] },
    says: ['--soon', '--now'],
  },
  duration_not_understood: {
    refusal: { kind: 'duration_not_understood', typed: '2' },
    says: ['2h', '2m'],
  },
  unknown_image: {
    refusal: { kind: 'unknown_image', typed: 'jax', offered: ['pytorch', 'python'], meant: null },
    says: ['“jax”', 'There are pytorch and python.'],
  },
  person_unknown: {
    refusal: { kind: 'person_unknown', platform: 'slack', externalId: 'U1' },
    says: ['slack U1', 'dibs.yaml'],
  },
  not_allowed: {
    refusal: { kind: 'not_allowed', needs: 'holder or admin', holder: 'bob' },
    says: ['bob', 'admin'],
  },
  request_key_reused: {
    refusal: { kind: 'request_key_reused', requestKey: 'k' },
    says: ['new one'],
  },
  no_hosts_yet: { refusal: { kind: 'no_hosts_yet' }, says: ['/gpu list'] },
  unknown_device_type: {
    refusal: { kind: 'unknown_device_type', typed: 'a10O', offered: ['a100-80gb', 'rtx4090'] },
    says: ['“a10O”', 'mean a100'],
  },
  too_many_devices: {
    refusal: { kind: 'too_many_devices', asked: 9, deviceType: 'a100', most: 4 },
    says: ['9', 'a100x4'],
  },
  image_cannot_run: {
    refusal: {
      kind: 'image_cannot_run',
      image: 'pytorch2.9-cuda13.0-cudnn9-runtime',
      cuda: '13.0',
      compute: { least: '7.5', most: '12.0' },
      leastDriver: '580.65.06',
      obstacles: [
        { host: 'gpu-1', driver: '550.54.14', type: 'a100-80gb', why: 'driver' },
        { host: 'gpu-2', driver: '580.95.05', type: 'v100-16gb', why: 'generation' },
      ],
      images: ['2.9', '2.8'],
    },
    says: [
      'gpu-1 has driver 550.54.14, and CUDA 13.0 needs 580.65.06',
      'the v100-16gb of gpu-2',
      '7.5 to 12.0',
      '2.9, 2.8',
    ],
  },
  no_ssh: {
    refusal: { kind: 'no_ssh', name: 'brave-otter', image: 'jax' },
    says: ['jax', 'no SSH server', '/gpu open brave-otter'],
  },
  no_ssh_simulated: {
    refusal: { kind: 'no_ssh_simulated', name: 'brave-otter' },
    says: ['simulated', 'On a real host', 'Host brave-otter\n  HostName gpu-1.example'],
  },
  none_free: {
    refusal: { kind: 'none_free', deviceType: 'a100', deviceCount: 2, estimatedAt: noon },
    says: ['2 × a100', '12:00', '--now'],
  },
  queue_full: { refusal: { kind: 'queue_full', limit: 200 }, says: ['200', 'again'] },
  lease_too_short: {
    refusal: { kind: 'lease_too_short', askedSeconds: 60, leastSeconds: 300 },
    says: ['5m'],
  },
  lease_too_long: {
    refusal: { kind: 'lease_too_long', askedSeconds: 90_000, mostSeconds: 86_400 },
    says: ['1d 1h', '1d'],
  },
  short_balance: {
    refusal: {
      kind: 'short_balance',
      account: 'lab',
      needed: 20n * credit,
      available: 5n * credit,
      reachesSeconds: 1859,
    },
    says: ['20 credits', 'lab has 5', '15 credits short', '30m', '/gpu request'],
  },
  no_session_of_yours: { refusal: { kind: 'no_session_of_yours' }, says: ['/gpu start'] },
  which_session: {
    refusal: { kind: 'which_session', names: ['brave-otter', 'calm-owl'] },
    says: ['brave-otter or calm-owl'],
  },
  unknown_session: {
    refusal: { kind: 'unknown_session', typed: 'brave-oter', living: ['brave-otter'] },
    says: ['“brave-oter”', 'mean brave-otter'],
  },
  session_over: {
    refusal: { kind: 'session_over', name: 'brave-otter', state: 'ended' },
    says: ['brave-otter has ended', '/gpu start'],
  },
  amount_not_understood: {
    refusal: { kind: 'amount_not_understood', typed: 'lots' },
    says: ['“lots”', '12.5'],
  },
  reason_too_long: {
    refusal: { kind: 'reason_too_long', characters: 420, most: 300 },
    says: ['300', '420'],
  },
  unknown_payee: {
    refusal: { kind: 'unknown_payee', typed: '@carrol', known: ['bob', 'carol'] },
    says: ['“@carrol”', 'carol'],
  },
  period_not_understood: {
    refusal: { kind: 'period_not_understood', typed: 'soonish' },
    says: ['“soonish”', '2026-03'],
  },
  unknown_subject: {
    refusal: { kind: 'unknown_subject', typed: 'bobb' },
    says: ['“bobb”', '@bob', 'request'],
  },
  statement_too_long: {
    refusal: { kind: 'statement_too_long', most: 10_000 },
    says: ['10000', '2026-03-02'],
  },
  guests_refused: {
    refusal: { kind: 'guests_refused', command: 'start' },
    says: ['start is for members', 'guest', 'Ask the one who invited you'],
  },
  not_ready: {
    refusal: { kind: 'not_ready', name: 'brave-otter' },
    says: ['brave-otter', 'not ready yet', 'comes by itself'],
  },
  account_of_others: {
    refusal: { kind: 'account_of_others', whose: 'person', name: 'carol' },
    says: ['carol', 'admins'],
  },
  link_code_wrong: { refusal: { kind: 'link_code_wrong' }, says: ['/gpu link'] },
  identity_taken: {
    refusal: { kind: 'identity_taken', platform: 'slack' },
    says: ['known on slack', 'dibs.yaml'],
  },
  spending_limit: {
    refusal: {
      kind: 'spending_limit',
      period: 'week',
      limit: 100n * credit,
      charged: 80n * credit,
      held: 10n * credit,
      needed: 20n * credit,
      resetsAt: noon,
    },
    says: ['100 a week', '80 used and 10 held', '20 credits', '2026-03-02 12:00', '--me'],
  },
  device_limit: {
    refusal: { kind: 'device_limit', whose: 'person', limit: 2, used: 1, asked: 2 },
    says: ['You may', '2 devices', '1 is taken', 'asks for 2'],
  },
  too_little_available: {
    refusal: {
      kind: 'too_little_available',
      account: 'bob',
      needed: 50n * credit,
      available: 30n * credit,
    },
    says: ['bob', '30 credits', '50'],
  },
  own_credits: { refusal: { kind: 'own_credits' }, says: ['Another approver', '/gpu request'] },
  quorum_needed: {
    refusal: { kind: 'quorum_needed', above: 500n * credit },
    says: ['500 credits', 'two approvers', '/gpu request'],
  },
  too_few_approvers: {
    refusal: { kind: 'too_few_approvers', team: 'lab', needed: 2, there: 1 },
    says: ['2 approvers of lab', 'there is 1', 'admin: true'],
  },
  too_many_requests: { refusal: { kind: 'too_many_requests', limit: 5 }, says: ['5', 'withdraw'] },
  unknown_request: { refusal: { kind: 'unknown_request', typed: '99' }, says: ['request 99'] },
  request_of_another: { refusal: { kind: 'request_of_another' }, says: ['Only who asked'] },
  request_decided: {
    refusal: { kind: 'request_decided', state: 'approved' },
    says: ['approved already'],
  },
  unknown_transfer: {
    refusal: { kind: 'unknown_transfer', typed: '99' },
    says: ['transfer 99', '/gpu history'],
  },
  not_reversible: {
    refusal: { kind: 'not_reversible', number: 12, why: 'its kind' },
    says: ['Transfer 12', '/gpu adjust'],
  },
  private_key_shown: {
    refusal: { kind: 'private_key_shown' },
    says: ['private half', 'has been seen', 'make a new one', 'ssh-keygen -t ed25519'],
  },
  unknown_key_verb: {
    refusal: { kind: 'unknown_key_verb', typed: 'rm' },
    says: ['“key rm”', 'only add, list or remove', '/gpu key list'],
  },
  public_key_not_understood: {
    refusal: { kind: 'public_key_not_understood', why: 'damaged' },
    says: ['cut off', 'Copy it again', '/gpu key add ssh-ed25519'],
  },
  ssh_key_refused: {
    refusal: { kind: 'ssh_key_refused', type: '1024-bit RSA', why: 'weak' },
    says: ['weak', '1024-bit RSA', 'ssh-keygen -t ed25519'],
  },
  ssh_key_known: {
    refusal: { kind: 'ssh_key_known', name: 'bob@laptop' },
    says: ['already: bob@laptop', '/gpu key list'],
  },
  ssh_key_of_another: {
    refusal: { kind: 'ssh_key_of_another', person: 'carol' },
    says: ['carol has added', 'ssh-keygen -t ed25519', 'ask carol to remove it'],
  },
  too_many_ssh_keys: {
    refusal: { kind: 'too_many_ssh_keys', limit: 20 },
    says: ['20 keys', '/gpu key remove'],
  },
  unknown_ssh_key: {
    refusal: { kind: 'unknown_ssh_key', typed: 'bob@latop', known: ['bob@laptop'] },
    says: ['“bob@latop”', 'mean bob@laptop'],
  },
  stale: { refusal: { kind: 'stale' }, says: ['again'] },
};

describe('every refusal', () => {
  it.each(Object.entries(sentences))('%s is a sentence with a way out', (_, { refusal, says }) => {
    const text = plainText(renderRefusal(refusal));
    for (const words of says) expect(text).toContain(words);
    expect(text).not.toMatch(/undefined|null|NaN|\[object/);
  });

  it('lists what there is where nothing is near', () => {
    const text = plainText(renderRefusal({ kind: 'unknown_command', typed: 'launch', commands }));
    expect(text).toContain('start, stop, extend');
  });

  it('does not list a way out that there is not', () => {
    const refusal = { kind: 'unknown_session', typed: 'brave-otter', living: [] } as const;
    expect(plainText(renderRefusal(refusal))).toContain('no other either');
    const admin = { kind: 'not_allowed', needs: 'admin', holder: null } as const;
    expect(plainText(renderRefusal(admin))).toBe('Only an admin of that team may do that.');
  });
});

describe('what was probably meant', () => {
  it.each([
    ['strat', 'start'],
    ['STOP', 'stop'],
    ['stat', 'start'],
    ['balnce', 'balance'],
    ['extnd', 'extend'],
    ['lst', 'list'],
  ])('by “%s” is %s', (typed, meant) => {
    expect(nearest(typed, commands)).toBe(meant);
  });

  it.each(['launch', 'foo', 'x', ''])('by “%s” is not guessed', (typed) => {
    expect(nearest(typed, commands)).toBeNull();
  });

  it('is not another device for one that is not there', () => {
    expect(nearest('b200', ['a100', 'rtx4090'])).toBeNull();
    expect(nearest('a100', [])).toBeNull();
  });
});
