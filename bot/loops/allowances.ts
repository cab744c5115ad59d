import { payAllowance } from '../../core/actions/allowance.ts';
import { duePeriods } from '../../core/allowance-period.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { Store } from '../../core/store.ts';
import type { Allowance, AllowanceSource } from '../allowances.ts';
import { createLoop, type Loop } from './loop.ts';

type Deps = {
  store: Store;
  clock: Clock;
  log: Log;
  source: AllowanceSource;
};

const hourMillis = 3_600_000;
const everyHour = '0 * * * *';

/**
 * Pays what is due at every full hour of each team's zone, when node-cron wakes it. Hourly, and
 * not at midnight, since a day in which the clocks are set forward may have none. What was missed
 * while nothing ran is made up at the first turn.
 */
export function createAllowanceLoop(deps: Deps): Loop {
  const { source, log } = deps;
  const loop = createLoop({
    ...deps,
    name: 'allowances',
    // Where an hour comes twice, node-cron passes over one of them.
    everyMillis: hourMillis,
    async runOnce(signal) {
      const allowances = await source.list();
      let failures = 0;
      for (const allowance of allowances) {
        if (signal.aborted) return;
        const { name } = allowance;
        // One that fails keeps none of the others waiting.
        await payDue(deps, allowance).catch((error: unknown) => {
          failures += 1;
          log.error('an allowance was not paid', { name, error });
        });
      }
      // Soon tried again, instead of in an hour.
      if (failures > 0) throw new Error(`${failures} of ${allowances.length} were not paid`);
    },
  });
  return {
    wake: loop.wake,
    async run(signal) {
      // Loaded only where there are allowances: it brings in what else the process has no use for.
      const { schedule } = await import('node-cron');
      // A process that was held up at the full hour fires late rather than not at all.
      const options = { missedExecutionTolerance: hourMillis, logger: loggerOf(log) };
      const tasks = source.zones.map((timezone) =>
        schedule(everyHour, loop.wake, { ...options, timezone }),
      );
      await loop.run(signal);
      await Promise.all(tasks.map((task) => task.destroy()));
    },
  };
}

/** Each missed period on its own and in order, so that each has its own expiry and payment. */
async function payDue({ store, clock, log }: Deps, allowance: Allowance): Promise<void> {
  const { accountId, name, amount, carryOver } = allowance;
  const paid = await store.allowancePeriods(accountId);
  for (const period of duePeriods(allowance, clock.now(), paid)) {
    const outcome = await store.perform(payAllowance, {
      // Whoever else pays it, after a restart or in another process, asks under the same key.
      requestKey: `allowance:${accountId}:${period}`,
      actor: { kind: 'system', name: 'allowances' },
      input: { accountId, amount, carryOver, period },
    });
    if (outcome.kind === 'accepted') log.info('an allowance is paid', { name, period });
    else log.warn('an allowance was refused', { name, period, refusal: outcome.refusal });
  }
}

/** What the library has to say goes where all else does. */
function loggerOf(log: Log) {
  return {
    debug: (text: string | Error) => log.debug('cron', { text }),
    info: (text: string) => log.info('cron', { text }),
    warn: (text: string) => log.warn('cron', { text }),
    error: (text: string | Error, error?: Error) => log.error('cron', { text, error }),
  };
}
