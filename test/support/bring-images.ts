import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gpuHostFolder, gpuHostScript, startGpuHost } from './gpu-host.ts';

/**
 * Brings the images onto the engines of so many workers: the first builds them, the others get
 * copies. Closing its standard input stops it.
 */
const workers = Number(process.argv[2]);
process.stdin.resume().once('end', () => process.exit(1));

const [first = '', ...others] = Array.from({ length: workers }, (_, at) =>
  gpuHostFolder(String(at + 1)),
);
const host = await startGpuHost({ gpus: [] });
await host.stop();
await writeFile(join(first, 'images'), host.image.reference);
for (const folder of others)
  if ((await imagesOf(folder)) !== host.image.reference)
    await promisify(execFile)(gpuHostScript, ['copy', first, folder]);
process.exit(0);

/** The image reference of the last copy. */
function imagesOf(folder: string): Promise<string | null> {
  return readFile(join(folder, 'images'), 'utf8').catch(() => null);
}
