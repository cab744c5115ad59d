import type { Clock, Log } from '../../core/ports.ts';
import type { Board } from '../../core/view.ts';
import { pictureOf } from './board-picture.ts';

export type BoardWatch = {
  /** Calls back with the board as JSON, now and at each change, until the result is called. */
  listen(onChange: (picture: string) => void): () => void;
};

/** Looks at the board at most once a second, and only while somebody listens. */
export function createBoardWatch(deps: {
  board(): Promise<Board>;
  clock: Clock;
  log: Log;
}): BoardWatch {
  const { board, clock, log } = deps;
  const listeners = new Set<(picture: string) => void>();
  let latest: string | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let watching: AbortController | null = null;

  async function look() {
    lookedAt = clock.now().getTime();
    try {
      const picture = JSON.stringify(pictureOf(await board()));
      if (picture === latest) return;
      latest = picture;
      for (const listener of listeners) listener(picture);
    } catch (error) {
      log.warn('board not read', { error });
    }
  }

  async function watch(signal: AbortSignal) {
    while (!signal.aborted) {
      await clock.sleep(Math.max(0, lookedAt + restMilliseconds - clock.now().getTime()), signal);
      if (!signal.aborted) await look();
    }
  }

  return {
    listen(onChange) {
      listeners.add(onChange);
      if (latest !== null) onChange(latest);
      if (!watching) {
        watching = new AbortController();
        void watch(watching.signal);
      }
      return () => {
        listeners.delete(onChange);
        if (listeners.size > 0) return;
        watching?.abort();
        watching = null;
      };
    },
  };
}

const restMilliseconds = 1000;
