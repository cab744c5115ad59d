/**
 * Reads the frames of a WebSocket's client as they pass (RFC 6455, section 5.2), and tells of each
 * that carries something. Pings, pongs and closes do not: a forgotten page sends them by itself.
 */
export function createClientFrames(onContent: () => void): (chunk: Uint8Array) => void {
  /** The bytes of a head that are here so far; its length is known from the second on. */
  let head: number[] = [];
  let payloadLeft = 0;

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - at);
        payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      head.push(chunk[at] ?? 0);
      at += 1;
      if (head.length < 2 || head.length < headLength(head)) continue;
      payloadLeft = payloadLength(head);
      if (((head[0] ?? 0) & 0x0f) < firstControlCode) onContent();
      head = [];
    }
  };
}

const firstControlCode = 8;

/** Two bytes, the longer forms of the length, and the mask's four. */
function headLength(head: readonly number[]): number {
  const second = head[1] ?? 0;
  return 2 + lengthBytes(second) + (second & 0x80 ? 4 : 0);
}

function lengthBytes(second: number): number {
  const short = second & 0x7f;
  if (short < 126) return 0;
  return short === 126 ? 2 : 8;
}

function payloadLength(head: readonly number[]): number {
  const second = head[1] ?? 0;
  const longer = lengthBytes(second);
  if (longer === 0) return second & 0x7f;
  return head.slice(2, 2 + longer).reduce((length, byte) => length * 256 + byte, 0);
}
