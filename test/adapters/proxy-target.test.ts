import { describe, expect, it } from 'vitest';
import { createAddress, isSessionName } from '../../adapters/proxy/address.ts';
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
