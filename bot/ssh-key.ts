import { createHash } from 'node:crypto';
import type { NewSshKey } from '../core/actions/key.ts';
import type { PublicKeyFlaw, Refusal } from '../core/refusal.ts';
import { bitsOf, fieldsOf, type KeyKind, keyKinds, kindIn } from './ssh-blob.ts';

/**
 * The line of a `.pub` file, as people and chats hand it over: in quotes, broken by a terminal's
 * edge, behind the command that showed it. Both packages of the field that read such lines take
 * points off their curve and bytes behind the end, and know no security keys; so the few fields are
 * read here, and Node's own cryptography judges the key.
 */
export function parsePublicKey(text: string): { key: NewSshKey } | { refusal: Refusal } {
  if (isPrivateKey(text)) return { refusal: { kind: 'private_key_shown' } };
  const plain = unwrapped(text);
  if (/BEGIN (\w+ )?PUBLIC KEY/.test(plain)) return flawed('format');
  const words = wordsIn(plain);
  const at = words.findIndex(({ word }) => isKindName(word));
  const type = words[at]?.word.toLowerCase();
  if (type === undefined) return flawed(/\.pub$|^~|[\\/]\.ssh/.test(plain) ? 'path' : 'missing');
  if (!isNothingOfIt(joined(words.slice(0, at)))) return flawed('options');
  const kind = keyKinds.get(type);
  if (kind === undefined) return { refusal: { kind: 'ssh_key_refused', type, why: whyNot(type) } };
  return keyOf({ type, kind }, words.slice(at + 1));
}

/** Whoever has this one is its owner, as far as anybody can tell. */
export function isPrivateKey(text: string): boolean {
  // The last one is how every file of OpenSSH's own begins, in base64.
  return /PRIVATE\s+KEY|PuTTY-User-Key-File|b3BlbnNzaC1rZXktdjE/.test(text);
}

/** A word, and whether it begins a line. */
type Word = { word: string; isOnNewLine: boolean };

/** RSA is broken below; until 2030 this much is allowed: NIST SP 800-131A. */
const leastRsaBits = 2048;
/** So long a word is no comment that somebody wrote, but the next piece of the key. */
const leastPieceCharacters = 20;
const mostNameCharacters = 60;

function keyOf({ type, kind }: { type: string; kind: KeyKind }, words: readonly Word[]) {
  const read = readBlob({ type, kind }, words);
  if ('flaw' in read) return flawed(read.flaw);
  const { blob, fields, rest } = read;
  const bits = bitsOf(kind, fields);
  if (bits === null) return flawed('damaged');
  if (type === 'ssh-rsa' && bits < leastRsaBits)
    return { refusal: { kind: 'ssh_key_refused', type: `${bits}-bit RSA`, why: 'weak' } as const };
  const lines = rest.filter(({ isOnNewLine }, at) => at === 0 || isOnNewLine);
  if (lines.length > 1 || rest.some(({ word }) => isKindName(word))) return flawed('several');
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
  const comment = joined(rest);
  const publicKey = `${type} ${blob.toString('base64')}`;
  return { key: { name: nameOf(comment, fingerprint), fingerprint, publicKey } };
}

type Read =
  | { blob: Buffer; fields: readonly Buffer[]; rest: readonly Word[] }
  | { flaw: PublicKeyFlaw };

/** The blob says itself where it ends: what was broken into pieces is joined until it is whole. */
function readBlob({ type, kind }: { type: string; kind: KeyKind }, words: readonly Word[]): Read {
  let encoded = '';
  for (const [at, { word, isOnNewLine }] of words.entries()) {
    const isPiece = at === 0 || isOnNewLine || word.length >= leastPieceCharacters;
    if (!isPiece || !/^[A-Za-z0-9+/]+={0,2}$/.test(word)) break;
    encoded += word;
    const blob = Buffer.from(encoded, 'base64');
    const stated = kindIn(blob);
    if (stated !== null && stated !== type) return { flaw: 'mismatch' };
    const fields = fieldsOf(blob, kind.fields);
    if (fields === 'long') break;
    if (fields === 'short') continue;
    const isExact = blob.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '');
    if (!isExact) break;
    return { blob, fields, rest: words.slice(at + 1) };
  }
  return { flaw: 'damaged' };
}

function flawed(why: PublicKeyFlaw): { refusal: Refusal } {
  return { refusal: { kind: 'public_key_not_understood', why } };
}

/** Without what chats and people put around it. */
function unwrapped(text: string): string {
  return text
    .replace(/<mailto:([^|>]*)(\|[^>]*)?>/g, '$1')
    .replace(/\p{Cf}/gu, '')
    .replace(/^[\s"'`“”„‘’«»<>]+|[\s"'`“”„‘’«»<>]+$/g, '');
}

function wordsIn(text: string): Word[] {
  return [...text.matchAll(/(\s*)(\S+)/g)].map(([, space = '', word = '']) => {
    return { word, isOnNewLine: /[\r\n]/.test(space) };
  });
}

function joined(words: readonly Word[]): string {
  return words.map(({ word }) => word).join(' ');
}

function isKindName(word: string): boolean {
  return /^(ssh|ecdsa-sha2|sk|webauthn-sk)-[\w@.-]+$/i.test(word);
}

/** What stands before a key in a terminal, with or without a prompt: `$ cat ~/.ssh/id_rsa.pub`. */
function isNothingOfIt(before: string): boolean {
  return /^((PS )?\S*[$%#>❯] ?)?((cat|type|more|less|bat|gc|get-content) \S+)?$/i.test(before);
}

function whyNot(type: string): Extract<Refusal, { kind: 'ssh_key_refused' }>['why'] {
  if (type.includes('-cert-')) return 'certificate';
  return type === 'ssh-dss' ? 'weak' : 'unknown';
}

/** The comment, on one line and not too long; a mere number would be taken for one of the list. */
function nameOf(comment: string, fingerprint: string): string {
  const clean = comment
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\s+/g, ' ');
  const name = [...clean].slice(0, mostNameCharacters).join('').trim();
  return /^#?\d*$/.test(name) ? fingerprint.slice(7, 15) : name;
}
