import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createClientFrames } from '../../adapters/proxy/client-frames.ts';

/** RFC 6455, section 5.2: masked, as a client's are. */
function frame({ code, length }: { code: number; length: number }): Buffer {
  const extended = Buffer.alloc(length < 126 ? 0 : length < 65_536 ? 2 : 8);
  if (extended.length === 2) extended.writeUInt16BE(length);
  if (extended.length === 8) extended.writeBigUInt64BE(BigInt(length));
  const short = length < 126 ? length : length < 65_536 ? 126 : 127;
  const mask = Buffer.from([1, 2, 3, 4]);
  // A payload that reads like heads of frames with content.
  return Buffer.concat([
    Buffer.from([0x80 | code, 0x80 | short]),
    extended,
    mask,
    Buffer.alloc(length, 0x81),
  ]);
}

const frames = fc.array(
  fc.record({
    code: fc.constantFrom(0, 1, 2, 8, 9, 10),
    length: fc.oneof(fc.nat(130), fc.constantFrom(65_535, 65_536, 70_000)),
  }),
  { maxLength: 12 },
);

it('every frame with content is told of once, wherever the bytes are cut', () => {
  fc.assert(
    fc.property(
      frames,
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }),
      (all, cuts) => {
        let told = 0;
        const read = createClientFrames(() => {
          told += 1;
        });
        const bytes = Buffer.concat(all.map(frame));
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = cuts[turn % cuts.length] ?? 1;
          read(bytes.subarray(at, at + size));
          at += size;
        }
        expect(told).toBe(all.filter(({ code }) => code < 8).length);
      },
    ),
    { numRuns: 200 },
  );
});
