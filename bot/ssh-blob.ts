import { createPublicKey, type webcrypto } from 'node:crypto';

type JsonWebKey = webcrypto.JsonWebKey;

/** One kind of key that is taken: how many fields its blob has, and what they say. */
export type KeyKind = {
  fields: number;
  /** Null: they do not fit together. */
  jwkOf(fields: readonly Buffer[]): JsonWebKey | null;
};

/**
 * By the name with which line and blob begin. The blobs are those of RFC 4253 (6.6), RFC 5656 (3.1),
 * RFC 8709 (4) and OpenSSH's PROTOCOL.u2f, whose keys have the name of their application behind.
 */
export const keyKinds: ReadonlyMap<string, KeyKind> = new Map([
  ['ssh-ed25519', { fields: 2, jwkOf: edwardsKey }],
  ['sk-ssh-ed25519@openssh.com', { fields: 3, jwkOf: edwardsKey }],
  ['ecdsa-sha2-nistp256', { fields: 3, jwkOf: curveKey('nistp256', 'P-256', 32) }],
  ['ecdsa-sha2-nistp384', { fields: 3, jwkOf: curveKey('nistp384', 'P-384', 48) }],
  ['ecdsa-sha2-nistp521', { fields: 3, jwkOf: curveKey('nistp521', 'P-521', 66) }],
  ['sk-ecdsa-sha2-nistp256@openssh.com', { fields: 4, jwkOf: curveKey('nistp256', 'P-256', 32) }],
  ['ssh-rsa', { fields: 3, jwkOf: rsaKey }],
]);

/** The fields of a blob: each has its length before it, and together they are the whole of it. */
export function fieldsOf(blob: Buffer, count: number): readonly Buffer[] | 'short' | 'long' {
  const fields: Buffer[] = [];
  let at = 0;
  while (fields.length < count) {
    if (blob.length < at + 4) return 'short';
    const end = at + 4 + blob.readUInt32BE(at);
    if (blob.length < end) return 'short';
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return at === blob.length ? fields : 'long';
}

/** The kind that a blob says it is of; null: that is not all there yet. */
export function kindIn(blob: Buffer): string | null {
  if (blob.length < 4) return null;
  const end = 4 + blob.readUInt32BE(0);
  return blob.length < end ? null : blob.subarray(4, end).toString();
}

/** Bits of an RSA key, 0 of one that needs no counting; null: it is none. */
export function bitsOf(kind: KeyKind, fields: readonly Buffer[]): number | null {
  const jwk = kind.jwkOf(fields);
  if (jwk === null) return null;
  try {
    // Also finds a point that is not on its curve.
    const { asymmetricKeyDetails } = createPublicKey({ key: jwk, format: 'jwk' });
    return asymmetricKeyDetails?.modulusLength ?? 0;
  } catch {
    return null;
  }
}

function edwardsKey([, key]: readonly Buffer[]): JsonWebKey | null {
  return key ? { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') } : null;
}

function curveKey(curve: string, crv: string, bytes: number) {
  return ([, named, point]: readonly Buffer[]): JsonWebKey | null => {
    // 4: the point is not compressed, and no other way is allowed.
    const isWhole = point?.length === 1 + 2 * bytes && point[0] === 4;
    if (named?.toString() !== curve || !isWhole) return null;
    const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)];
    return { kty: 'EC', crv, x: x.toString('base64url'), y: y.toString('base64url') };
  };
}

function rsaKey([, exponent, modulus]: readonly Buffer[]): JsonWebKey | null {
  if (!exponent || !modulus || !isPositive(exponent) || !isPositive(modulus)) return null;
  // With an exponent of 1 anybody could sign.
  const isSound = (exponent.length > 1 || (exponent[0] ?? 0) >= 3) && isOdd(exponent);
  if (!isSound) return null;
  return { kty: 'RSA', e: exponent.toString('base64url'), n: modulus.toString('base64url') };
}

/** Above zero, and with no more bytes than it needs: else one key could be written in many ways. */
function isPositive(number: Buffer): boolean {
  const [first, second = 0] = number;
  if (first === undefined || first >= 0x80) return false;
  return first > 0 || second >= 0x80;
}

function isOdd(number: Buffer): boolean {
  return (number.at(-1) ?? 0) % 2 === 1;
}
