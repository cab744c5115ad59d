import { describe, expect, it } from 'vitest';
import { checkFigures, median, quantile } from '../bench/figures.ts';

describe('figures of a benchmark', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
    [[1, 1, 100], 1],
  ])('of %j have the median %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('have quantiles that are values among them', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => at + 1);
    expect([0, 0.5, 0.99, 1].map((part) => quantile(hundred, part))).toEqual([1, 51, 100, 100]);
  });

  it('fail the benchmark where nothing was measured, or one cannot be computed', () => {
    expect(() => median([])).toThrow('nothing was measured');
    expect(() => quantile([], 0.99)).toThrow('nothing was measured');
    expect(() => checkFigures({ ratio: 1, p99Ratio: 12 / 0, other: 0 / 0 })).toThrow(
      'could not be computed: p99Ratio, other',
    );
    expect(checkFigures({ ratio: 0.5 })).toEqual({ ratio: 0.5 });
  });
});
