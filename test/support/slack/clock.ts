import { setImmediate as nextTurn } from 'node:timers/promises';

export type SlackClock = {
  /** Milliseconds since 1970, as Slack counts them. */
  now(): number;
  /** Runs once when that much of Slack’s time has passed. Calls off with the answer. */
  after(milliseconds: number, run: () => void): () => void;
  /**
   * Lets time pass at Slack alone. What falls due runs at its own instant, one after the other, and
   * may make new appointments within the same stretch; what comes over sockets is not waited for.
   */
  passTime(seconds: number): Promise<void>;
  stop(): void;
};

type Appointment = { at: number; run: () => void; timer: NodeJS.Timeout };

/** Real time, which a test may push ahead, so that no test waits for a deadline. */
export function createSlackClock(): SlackClock {
  const appointments = new Set<Appointment>();
  let aheadMillis = 0;
  let isStopped = false;
  const now = () => Date.now() + aheadMillis;

  function keep(appointment: Appointment): void {
    if (!appointments.delete(appointment)) return;
    clearTimeout(appointment.timer);
    appointment.run();
  }

  const earliest = () => [...appointments].sort((a, b) => a.at - b.at)[0];

  return {
    now,
    after(milliseconds, run) {
      if (isStopped) return () => {};
      const appointment: Appointment = {
        at: now() + milliseconds,
        run,
        timer: setTimeout(() => keep(appointment), milliseconds),
      };
      appointments.add(appointment);
      return () => {
        clearTimeout(appointment.timer);
        appointments.delete(appointment);
      };
    },
    async passTime(seconds) {
      const target = now() + seconds * 1000;
      for (let next = earliest(); next && next.at <= target; next = earliest()) {
        aheadMillis += Math.max(0, next.at - now());
        keep(next);
        await nextTurn();
      }
      aheadMillis += Math.max(0, target - now());
      await nextTurn();
    },
    stop() {
      isStopped = true;
      for (const { timer } of appointments) clearTimeout(timer);
      appointments.clear();
    },
  };
}
