import { describe, expect, it } from 'vitest';
import { createAddress, isSessionName } from '../../adapters/proxy/address.ts';
import { createClientFrames } from '../../adapters/proxy/client-frames.ts';
import { confineCookies, splitCookies } from '../../adapters/proxy/cookies.ts';
import { parseTarget } from '../../adapters/proxy/target.ts';

describe('the public address', () => {
  it.each([
    ['https://gpu.example.org', 'gpu.example.org:443', 'gpu.example.org'],
    ['https://gpu.example.org', 'GPU.Example.org:80', 'gpu.example.org:80'],
    ['http://gpu.example.org', 'gpu.example.org:80', 'gpu.example.org'],
    ['http://gpu.example.org', 'gpu.example.org:443', 'gpu.example.org:443'],
    ['http://gpu.example.org:8000', 'gpu.example.org:8000', 'gpu.example.org:8000'],
  ])('%s, asked for as %s, is %s', (url, asked, plain) => {
    const address = createAddress({ publicUrl: new URL(url), subdomains: false });
    expect(address.plainHost(asked)).toBe(plain);
    expect(address.plainHost(undefined)).toBe('');
    expect(address.isSecure).toBe(url.startsWith('https'));
  });

  it.each([
    ['a', true],
    ['a1-b2-c3', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['', false],
    ['-a', false],
    ['a-', false],
    ['a--b', false],
    ['a.b', false],
    ['A', false],
    ['a\n', false],
  ])('%j may be the name of a session: %s', (name, may) => {
    expect(isSessionName(name)).toBe(may);
  });
});

describe('what a request line asks for', () => {
  it.each([
    ['/', { kind: 'front' }],
    ['/?x', { kind: 'front' }],
    ['/open/a.b.c', { kind: 'link', signed: 'a.b.c' }],
    ['/open/a.b.c?x', { kind: 'link', signed: 'a.b.c' }],
    ['/open/brave-otter/', { kind: 'nowhere' }],
    ['/leave/brave-otter', { kind: 'leave', name: 'brave-otter' }],
    ['/leave/brave-otter/', { kind: 'nowhere' }],
    ['/leave/Brave', { kind: 'nowhere' }],
    ['/s/brave-otter', { kind: 'session', name: 'brave-otter', rest: null }],
    ['/s/brave-otter?x', { kind: 'session', name: 'brave-otter', rest: null }],
    ['/s/brave-otter/', { kind: 'session', name: 'brave-otter', rest: '' }],
    ['/s/brave-otter/a?b/c', { kind: 'session', name: 'brave-otter', rest: 'a?b/c' }],
    [
      '/s/brave-otter/a?b=../%5c%00\\',
      { kind: 'session', name: 'brave-otter', rest: 'a?b=../%5c%00\\' },
    ],
    ['/s/brave-otter/%2e', { kind: 'unreadable' }],
    ['/s/brave-otter/a#b', { kind: 'unreadable' }],
    ['/s/brave-otter/?a#b', { kind: 'unreadable' }],
    ['/s/brave-otter/a b', { kind: 'unreadable' }],
    ['/s/brave-otter/~', { kind: 'session', name: 'brave-otter', rest: '~' }],
    ['/s/brave-otter/!', { kind: 'session', name: 'brave-otter', rest: '!' }],
    ['/s/brave-otter/\x7f', { kind: 'unreadable' }],
    ['//s/brave-otter/', { kind: 'unreadable' }],
    ['s/brave-otter/', { kind: 'unreadable' }],
    ['', { kind: 'unreadable' }],
  ])('%j', (line, target) => {
    expect(parseTarget(line)).toEqual(target);
  });
});

describe('cookies', () => {
  it('four of ours are looked at, all of the holder’s, and what is left is the session’s', () => {
    const ours = Array.from({ length: 5 }, (_, at) => `dibs-session=${at}`);
    const holders = Array.from({ length: 9 }, (_, at) => `dibs-holder=${at}`);
    const split = splitCookies([...ours, ...holders, 'a=1', '=2', 'b'].join('; '), false);
    expect(split.ours).toEqual(['0', '1', '2', '3']);
    expect(split.holders).toHaveLength(9);
    expect(split.rest).toBe('a=1; =2; b');
  });

  it('of the other kind of address are nobody’s, and not the session’s either', () => {
    const plain = 'dibs-session=1; dibs-holder=2';
    const secure = '__Secure-dibs-session=3; __Host-dibs-holder=4';
    const both = `${plain}; ${secure}; DIBS-Session=5`;
    expect(splitCookies(both, true)).toEqual({ ours: ['3'], holders: ['4'], rest: null });
    expect(splitCookies(both, false)).toEqual({ ours: ['1'], holders: ['2'], rest: null });
    expect(splitCookies(undefined, true)).toEqual({ ours: [], holders: [], rest: null });
  });

  it('of a session keep a path below its own, and the last that they name', () => {
    const path = '/s/brave-otter/';
    const confined = (cookie: string) => confineCookies([cookie], 'brave-otter');
    expect(confined(`a=1; Path=/; Path=${path}lab; Max-Age`)).toEqual([
      `a=1; Max-Age; Path=${path}lab`,
    ]);
    expect(confined(`a=1; Path=${path}lab; Path`)).toEqual([`a=1; Path=${path}lab`]);
    expect(confined('a=1; Domain; pathology=x')).toEqual([`a=1; pathology=x; Path=${path}`]);
  });
});

describe('frames of a client', () => {
  it('without a mask end where they say', () => {
    let told = 0;
    const read = createClientFrames(() => {
      told += 1;
    });
    // Two of text with a byte each; what the second carries would pass for the head of a third.
    read(Uint8Array.from([0x81, 1, 0x81, 0x81, 1, 0x81]));
    expect(told).toBe(2);
  });
});
