import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { LogLevel } from '../../adapters/system/log.ts';
import { loadConfig } from '../../bot/config.ts';
import { startDibs } from '../../bot/main.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { DibsProcess, startDibsProcess } from './dibs-process.ts';

/** As `startDibsProcess`, within the test's own process, at a clock of its own. It cannot be killed. */
export function dibsAt(clock: Clock): typeof startDibsProcess {
  return async ({ files = {}, env = {} } = {}) => {
    const folder = await mkdtemp(join(tmpdir(), 'dibs-here-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const config = loadConfig({
      DIBS_PORT: '0',
      DIBS_FLEET: 'simulated',
      DIBS_DATA: join(folder, 'data'),
      ...('dibs.yaml' in files ? { DIBS_CONFIG: join(folder, 'dibs.yaml') } : {}),
      ...env,
    });
    const lines = createLines(config.logLevel);
    const dibs = await startDibs(config, lines.log, clock);
    let isEnded = false;
    const stop = async () => {
      if (isEnded) return;
      isEnded = true;
      await dibs.stop();
      await rm(folder, { recursive: true, force: true });
    };
    const ending = () => (isEnded ? 0 : null);
    return { url: dibs.url, log: lines.said, logged: lines.until, ending, kill: stop, stop };
  };
}

const patienceMillis = 60_000;

/** Keeps what is worth a warning, and more where the level says so. */
function createLines(level: LogLevel): {
  log: Log;
  said: DibsProcess['log'];
  until: DibsProcess['logged'];
} {
  const news = new EventEmitter();
  let said = '';
  const say = (text: string, fields: object = {}) => {
    said += `${text} ${inspect(fields)}\n`;
    news.emit('line');
  };
  return {
    log: { debug() {}, info: level === 'info' ? say : () => {}, warn: say, error: say },
    said: () => said,
    async until(text, from = 0) {
      const signal = AbortSignal.timeout(patienceMillis);
      while (!said.includes(text, from)) await once(news, 'line', { signal });
    },
  };
}
