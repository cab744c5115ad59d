import { describe, expect, it } from 'vitest';
import { commandText } from '../../adapters/slack/text.ts';
import { parsePublicKey } from '../../bot/ssh-key.ts';
import type { PublicKeyFlaw } from '../../core/refusal.ts';
import { bareKey, fingerprints, type KeyName, publicLine } from '../support/keys.ts';

const line = publicLine('ed25519');
const [type = '', encoded = ''] = line.split(' ');
const taken = { fingerprint: fingerprints.ed25519, publicKey: bareKey('ed25519') };

function read(text: string) {
  const parsed = parsePublicKey(text);
  return 'key' in parsed ? parsed.key : parsed.refusal;
}

const nameOf = (comment: string) => {
  const parsed = parsePublicKey(`${bareKey('ed25519')} ${comment}`);
  return 'key' in parsed ? parsed.key.name : parsed.refusal.kind;
};
const flaw = (why: PublicKeyFlaw) => ({ kind: 'public_key_not_understood', why });

/** The same key with its blob changed. */
function altered(name: KeyName, change: (blob: Buffer) => Buffer): string {
  const [kind = '', text = ''] = bareKey(name).split(' ');
  return `${kind} ${change(Buffer.from(text, 'base64')).toString('base64')}`;
}

describe('a public key', () => {
  it.each(Object.entries(fingerprints))(
    'of kind %s is taken, with the fingerprint that ssh-keygen prints',
    (name, fingerprint) => {
      const given = publicLine(name as KeyName);
      const [publicKey] = /^\S+ \S+/.exec(given) ?? [];
      expect(read(given)).toEqual({ name: given.split(' ')[2], fingerprint, publicKey });
    },
  );

  it.each<[string, string]>([
    ['in quotes', `"${line}"`],
    ['in curly quotes', `“${line}”`],
    ['in the signs of code', `\`\`\`\n${line}\n\`\`\``],
    ['in the brackets of an example', `<${line}>`],
    ['with a line end behind it', `${line}\r\n`],
    ['behind the command that showed it', `$ cat ~/.ssh/id_ed25519.pub\n${line}`],
    ['behind that command on one line', `cat ~/.ssh/id_ed25519.pub ${line}`],
    ['behind a whole prompt', `bob@laptop:~$ cat .ssh/id_ed25519.pub\n${line}`],
    ['behind that of PowerShell', `PS C:\\Users\\bob> type .ssh\\id_ed25519.pub\n${line}`],
    ['with a capital that a phone made', line.replace('ssh', 'Ssh')],
    ['with characters of no width', `\u200b${type} \ufeff${encoded} bob@laptop`],
    ['with the comment on a line of its own', `${type} ${encoded}\nbob@laptop`],
  ])('is understood %s', (_, text) => {
    expect(read(text)).toEqual({ ...taken, name: 'bob@laptop' });
  });

  it('is understood where a window’s edge broke it, wherever that was', () => {
    for (let at = 1; at < encoded.length; at += 1) {
      const broken = `${encoded.slice(0, at)}\n${encoded.slice(at)}`;
      expect(read(`${type} ${broken} bob@laptop`)).toEqual({ ...taken, name: 'bob@laptop' });
    }
    const long = publicLine('rsa-3072');
    const whole = read(long);
    expect(read(long.replace(/.{76}/g, '$&\n'))).toEqual(whole);
    expect(read(long.replace(/(?<=^.{20,})\S{76}/g, '$& '))).toEqual(whole);
  });

  it('without the signs that fill up its end is the same key', () => {
    const full = publicLine('ecdsa-256');
    expect(full).toContain('=');
    expect(read(full.replace(/=+/, ''))).toEqual(read(full));
  });
});

it('comes through Slack, which marks what looks like an address', () => {
  const sent = `${line.replace('bob@laptop', '')}<mailto:bob@lab.example|bob@lab.example>`;
  expect(read(commandText(sent))).toEqual({ ...taken, name: 'bob@lab.example' });
});

describe('the name of a key', () => {
  it.each([
    ['bob@laptop', 'bob@laptop'],
    ['opened by my private key', 'opened by my private key'],
    ['my old laptop, 2 h away', 'my old laptop, 2 h away'],
    ['<mailto:bob@lab.example|bob@lab.example>', 'bob@lab.example'],
    ['a\u0007\u001b[31m\u202eb', 'a[31mb'],
    ['  wide \t apart ', 'wide apart'],
    ['x'.repeat(70), 'x'.repeat(60)],
    ['😀'.repeat(70), '😀'.repeat(60)],
  ])('is its comment, made plain: %j', (comment, name) => {
    expect(nameOf(comment)).toBe(name);
  });

  it.each(['', '2', '#17', '\u200b'])(
    'is the begin of its fingerprint where the comment is none, or a mere number: %j',
    (comment) => {
      expect(nameOf(comment)).toBe('E8w8OWFi');
    },
  );
});

describe('what is no key to be added', () => {
  const begin = '-----BEGIN OPENSSH PRIVATE KEY-----';
  it.each([
    `${begin}\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE`,
    begin,
    '—--BEGIN OPENSSH PRIVATE\nKEY—---',
    '-----BEGIN RSA PRIVATE KEY----- MIIEowIBAAKCAQEA',
    '-----BEGIN ENCRYPTED PRIVATE KEY-----',
    'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ',
    'PuTTY-User-Key-File-3: ssh-ed25519',
    `${line}\n${begin}`,
  ])('is the private half, as a whole or in part: %j', (text) => {
    expect(read(text)).toEqual({ kind: 'private_key_shown' });
  });

  it.each<[KeyName, string, string]>([
    ['rsa-1024', '1024-bit RSA', 'weak'],
    ['dsa', 'ssh-dss', 'weak'],
    ['ed25519-cert', 'ssh-ed25519-cert-v01@openssh.com', 'certificate'],
  ])('is one of kind %s', (name, refused, why) => {
    expect(read(publicLine(name))).toEqual({ kind: 'ssh_key_refused', type: refused, why });
  });

  it('is one of a kind that nobody knows', () => {
    expect(read('ssh-ed448 AAAA')).toMatchObject({ kind: 'ssh_key_refused', why: 'unknown' });
    expect(read(`ssh-constructor ${encoded}`)).toMatchObject({ why: 'unknown' });
  });

  it.each<[PublicKeyFlaw, string]>([
    ['missing', ''],
    ['missing', 'hello'],
    ['missing', encoded],
    ['path', '~/.ssh/id_ed25519.pub'],
    ['path', 'C:\\Users\\bob\\.ssh\\id_ed25519'],
    ['path', '$ cat id_rsa.pub'],
    ['format', `---- BEGIN SSH2 PUBLIC KEY ----\nComment: "bob"\n${encoded}`],
    ['format', '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA'],
    ['options', `command="/bin/sh" ${line}`],
    ['options', `no-pty,from="10.0.0.1" ${line}`],
    ['options', `my key: ${line}`],
    ['options', `github.example ${line}`],
    ['several', `${line}\n${publicLine('another-ed25519')}`],
    ['several', `${line} ${publicLine('another-ed25519')}`],
    ['several', `${line}\nand then\nsome more`],
    ['mismatch', line.replace('ssh-ed25519', 'ssh-rsa')],
    ['mismatch', line.replace('ssh-ed25519', 'sk-ssh-ed25519@openssh.com')],
    ['damaged', 'ssh-ed25519'],
    ['damaged', 'ssh-ed25519 AAAA… bob@laptop'],
    ['damaged', `${type} ${encoded.slice(0, -4)} bob@laptop`],
    ['damaged', `${type} ${encoded.slice(0, -6)} laptop`],
    ['damaged', `${type} ${encoded}AAAA bob@laptop`],
    ['damaged', `${type} ${encoded.replace(/.$/, '%')} bob@laptop`],
    ['damaged', `${type} ${encoded.slice(0, 30)} ${encoded.slice(30, 40)} ${encoded.slice(40)}`],
  ])('is what is %s: %j', (why, text) => {
    expect(read(text)).toEqual(flaw(why));
  });

  it('is a point off its curve, and a number that is none', () => {
    const flipped = (blob: Buffer) => {
      blob[blob.length - 1] = (blob.at(-1) ?? 0) ^ 1;
      return blob;
    };
    for (const name of ['ecdsa-256', 'ecdsa-384', 'ecdsa-521'] as const)
      expect(read(altered(name, flipped))).toEqual(flaw('damaged'));
    // The exponent is at byte 15: 65537 becomes 1, and an even number.
    for (const exponent of ['000001', '010000', '800001'])
      expect(
        read(
          altered('rsa-2048', (blob) => {
            blob.write(exponent, 15, 'hex');
            return blob;
          }),
        ),
      ).toEqual(flaw('damaged'));
  });

  it('is a key of the wrong length, though its fields fit together', () => {
    const short = altered('ed25519', (blob) => {
      blob.writeUInt32BE(28, 15);
      return blob.subarray(0, -4);
    });
    expect(read(short)).toEqual(flaw('damaged'));
  });
});
