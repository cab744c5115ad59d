/** How much of what repeats for confidence is run: a sample in the gate, all of it by `npm run soak`. */
export function inSoak<T>({ gate, soak }: { gate: T; soak: T }): T {
  return process.env['DIBS_TEST_SOAK'] === 'on' ? soak : gate;
}
