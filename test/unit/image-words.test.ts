import { describe, expect, it } from 'vitest';
import { imagesOf } from '../../bot/catalogue.ts';
import { imageArgument, imageMeant } from '../../bot/commands/image-words.ts';
import { renderRefusal } from '../../bot/render/refusal.ts';
import { plainText } from '../../bot/render/words.ts';
import type { Refusal } from '../../core/refusal.ts';

const images = imagesOf({ images: undefined, registry: undefined });

const answerTo = (typed: string) => {
  const parsed = imageArgument.parse(typed, { images });
  return 'refusal' in parsed ? plainText(renderRefusal(parsed.refusal)) : 'taken';
};

describe('an image that there is not', () => {
  it.each([
    ['2.9.1', '2.9'],
    ['v2.9', '2.9'],
    ['pytorch2.9', '2.9'],
    ['PyTorch-2.9.1-runtime', '2.9'],
    ['2.6devel', '2.6-devel'],
    ['2.6_devel', '2.6-devel'],
    ['2.6-develop', '2.6-devel'],
    ['latst', 'latest'],
  ])('is answered by the one that was probably meant: %s', (typed, meant) => {
    expect(answerTo(typed)).toBe(`There is no image “${typed}”. Did you mean ${meant}?`);
  });

  it.each(['jax', '2.3', '9.9-devel'])('and is near to none is answered by some: %s', (typed) => {
    expect(imageMeant(images, typed)).toBeNull();
    expect(answerTo(typed)).toMatch(/There are 2\.10, .+ and \d+ more: npx dibs images list shows/);
  });
});

it('lists say one, two or many', () => {
  const say = (...offered: string[]) => {
    const refusal: Refusal = { kind: 'unknown_image', typed: 'jax', offered, meant: null };
    return plainText(renderRefusal(refusal)).replace('There is no image “jax”. ', '');
  };
  expect(say('one')).toBe('There is one.');
  expect(say('one', 'two')).toBe('There are one and two.');
});
