/** `none`: there was nothing of that kind to do, and nobody was asked. */
export type Told = 'accepted' | 'refused' | 'unknown' | 'none';
