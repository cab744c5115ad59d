import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bad, good } from '../../core/finding.ts';
import type { Config } from '../config.ts';
import { imagesOf } from '../defaults.ts';
import type { Look } from './look.ts';

/** What images are built from comes with Dibs; whether a pulled one exists its registry says. */
export async function checkImages(config: Config): Promise<Look> {
  const images = imagesOf(config);
  const names = images.map(({ name }) => name).join(', ');
  const isBuilt = images.some(({ build }) => build !== null);
  const folder = fileURLToPath(new URL('../../images', import.meta.url));
  const isThere = await access(`${folder}/Dockerfile`).then(
    () => true,
    () => false,
  );
  const finding =
    isBuilt && !isThere
      ? bad('Images', `there is no ${folder}/Dockerfile`, 'Install Dibs anew: it comes with it.')
      : good('Images', `${names}${isBuilt ? `, built from ${folder}` : ''}`);
  return { findings: [finding], clocks: [] };
}
