import { anyDevice } from '../../core/device-type.ts';
import type { Refusal } from '../../core/refusal.ts';
import { type CatalogueImage, imageNamed, imagesFor } from '../catalogue.ts';
import { nearest } from '../render/words.ts';
import type { ArgumentContext } from './arguments.ts';
import { parseDevices } from './devices-words.ts';

/** An image, by any of its names. */
export const imageArgument = {
  says: 'image',
  example: '2.9',
  parse(
    typed: string,
    { images }: Pick<ArgumentContext, 'images'>,
  ): { value: CatalogueImage } | { refusal: Refusal } {
    const value = imageNamed(images, typed);
    if (value) return { value };
    const offered = images.map(({ names }) => names[0] ?? '');
    return { refusal: { kind: 'unknown_image', typed, offered, meant: imageMeant(images, typed) } };
  },
  async suggest(
    { images, store, policy }: Pick<ArgumentContext, 'images' | 'store' | 'policy'>,
    [devices]: readonly string[],
  ) {
    const { hosts } = await store.fleet();
    const { deviceType } = parseDevices(devices ?? anyDevice);
    return imagesFor(images, deviceType, { hosts, policy }).map(({ names, says }) => {
      const [text = '', ...also] = names;
      return { text, also, hint: says };
    });
  },
};

/** The name that was probably meant: `2.9` by `2.9.1`, `2.6-devel` by `2.6_devel`. */
export function imageMeant(
  images: readonly Pick<CatalogueImage, 'names'>[],
  typed: string,
): string | null {
  const all = images.flatMap(({ names }) => names);
  const plain = typed
    .toLowerCase()
    .replace(/^(v|(py)?torch)[-_:=]*(?=\d)/, '')
    .replace(/^(\d+\.\d+)\.\d+/, '$1')
    .replace(/_/g, '-')
    .replace(/^(\d+\.\d+)(?=[a-z])/, '$1-')
    .replace(/-runtime$/, '');
  if (all.includes(plain)) return plain;
  const [version] = /^\d+\.\d+/.exec(plain) ?? [];
  if (version === undefined) return nearest(typed, all);
  // 2.3 is no mistyped 2.13: of one version only others of the same are near.
  const same = all.filter((name) => name === version || name.startsWith(`${version}-`));
  return nearest(plain, same) ?? same[0] ?? null;
}
