import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bad, good } from '../../core/finding.ts';
import { imagesOf } from '../catalogue.ts';
import type { Config } from '../config.ts';
import type { Look } from './look.ts';

export const imagesFolder = fileURLToPath(new URL('../../images', import.meta.url));

/** What images are built from comes with Dibs; whether a pulled one exists its registry says. */
export async function checkImages(config: Config): Promise<Look> {
  const images = imagesOf(config);
  const count = images.length === 1 ? '1 image' : `${images.length} images`;
  const inside = `${count}, ${images[0]?.names[0]} by default`;
  const isBuilt = images.some(({ build }) => build !== null);
  const isThere = await access(`${imagesFolder}/Dockerfile`).then(
    () => true,
    () => false,
  );
  const finding =
    isBuilt && !isThere
      ? bad(
          'Images',
          `there is no ${imagesFolder}/Dockerfile`,
          'Install Dibs anew: it comes with it.',
        )
      : good('Images', `${inside}${isBuilt ? `, built from ${imagesFolder}` : ''}`);
  return { findings: [finding], clocks: [] };
}
