/** An entry of an archive: a file with its text, or a folder (text null). Owned by uid and gid. */
export type TarEntry = { path: string; mode: number; owner: number; text: string | null };

const BLOCK = 512;

/** A POSIX tar archive (ustar) of entries whose paths are shorter than 100 bytes. */
export function toTar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = Buffer.from(entry.text ?? '');
    const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
    return [headerOf(entry, content.length), content, padding];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function headerOf(entry: TarEntry, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(entry.path, 0);
  header.write(octal(entry.mode, 8), 100);
  header.write(octal(entry.owner, 8), 108);
  header.write(octal(entry.owner, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(0, 12), 136);
  // The checksum counts its own field as spaces.
  header.write(' '.repeat(8), 148);
  header.write(entry.text === null ? '5' : '0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
