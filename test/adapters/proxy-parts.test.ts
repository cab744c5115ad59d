import { describe, expect, it } from 'vitest';
import { createClientFrames } from '../../adapters/proxy/client-frames.ts';
import { confineCookies, splitCookies } from '../../adapters/proxy/cookies.ts';

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
