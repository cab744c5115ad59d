import type { Image, StartProgress } from '../../core/ports.ts';
import { build } from './build.ts';
import { type Connection, untilAborted } from './connection.ts';
import type { LoginFor } from './login.ts';
import { pull } from './pull.ts';

/** Who awaits long work on a host: told how far it is, and able to leave it. */
export type Watch = { onProgress(progress: StartProgress): void; signal: AbortSignal };

/**
 * Pulls or builds an image, and throws what `pull` and `build` throw. Where another does that
 * already, it awaits the end of that instead, good or bad. Returns which of the two it was.
 */
export type FetchImage = (image: Image, watch: Watch) => Promise<'fetched' | 'awaited'>;

type Fetch = {
  followers: Set<Watch['onProgress']>;
  latest: StartProgress | null;
  /** Never rejects: its fault is for the one who fetches. */
  ended: Promise<void>;
};

/**
 * One fetch at a time for each image of a host: the engine would build it as often as it is asked
 * to, and tells only the first of equal pulls how far it is.
 */
export function createImageFetch(
  connection: Connection,
  { imagesFolder, loginFor }: { imagesFolder: string; loginFor: LoginFor },
): FetchImage {
  const fetches = new Map<string, Fetch>();

  async function fetch(image: Image, { onProgress, signal }: Watch): Promise<void> {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const own: Fetch = { followers: new Set([onProgress]), latest: null, ended };
    const tellAll = (progress: StartProgress) => {
      own.latest = progress;
      for (const tell of own.followers) tell(progress);
    };
    fetches.set(image.reference, own);
    try {
      const watch = { onProgress: tellAll, signal };
      if (image.build) await build(connection, { folder: imagesFolder, image }, watch);
      else {
        const { reference } = image;
        await pull(connection, { reference, login: await loginFor(reference) }, watch);
      }
    } finally {
      fetches.delete(image.reference);
      end();
    }
  }

  return async (image, watch) => {
    const underWay = fetches.get(image.reference);
    if (!underWay) {
      await fetch(image, watch);
      return 'fetched';
    }
    await follow(underWay, watch);
    return 'awaited';
  };
}

/** Until it ends or the follower leaves. */
async function follow({ followers, latest, ended }: Fetch, { onProgress, signal }: Watch) {
  const tell = (progress: StartProgress) => onProgress(progress);
  if (latest) tell(latest);
  followers.add(tell);
  await untilAborted(() => ended, signal).catch(() => undefined);
  followers.delete(tell);
}
