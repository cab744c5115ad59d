/**
 * Why a lease ended, beside its state. `billed`: the seconds in which it was ready, or nothing.
 * `told`: in the channel's message alone, or the holder in person too. `words` completes
 * "brave-otter ended: …".
 */
export const endReasons = {
  stopped_by_owner: { billed: 'ready', told: 'channel', words: 'stopped by its holder' },
  stopped_by_admin: { billed: 'ready', told: 'holder', words: 'stopped by an admin' },
  lease_expired: { billed: 'ready', told: 'holder', words: 'its time was up' },
  exited: { billed: 'ready', told: 'holder', words: 'its container ended by itself' },
  out_of_memory: { billed: 'ready', told: 'holder', words: 'its container ran out of memory' },
  host_lost: { billed: 'ready', told: 'holder', words: 'its host stopped answering' },
  queue_expired: { billed: 'nothing', told: 'holder', words: 'nothing became free in time' },
  image_missing: { billed: 'nothing', told: 'holder', words: 'its image was not found' },
  pull_failed: { billed: 'nothing', told: 'holder', words: 'its image could not be fetched' },
  start_failed: { billed: 'nothing', told: 'holder', words: 'it could not be started' },
} as const satisfies Record<
  string,
  { billed: 'ready' | 'nothing'; told: 'channel' | 'holder'; words: string }
>;

export type EndReason = keyof typeof endReasons;

export const endReasonNames = Object.keys(endReasons) as [EndReason, ...EndReason[]];
