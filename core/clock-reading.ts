/** By how much another clock is before ours; below zero it is behind. */
export type ClockReading = { of: string; aheadSeconds: number };

/** Theirs was read at some time between asking and the answer: in the middle, as far as one knows. */
export function clockReading(
  of: string,
  theirs: Date,
  { askedAt, answeredAt }: { askedAt: Date; answeredAt: Date },
): ClockReading {
  const ours = (askedAt.getTime() + answeredAt.getTime()) / 2;
  return { of, aheadSeconds: Math.round((theirs.getTime() - ours) / 1000) };
}
