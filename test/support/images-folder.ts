import { join } from 'node:path';

/** The product's own images, as a spawner wants them: an absolute path. */
export const IMAGES = join(import.meta.dirname, '..', '..', 'images');
