import { benchBoot } from './boot.ts';
import { checkFigures } from './figures.ts';
import { benchIdle } from './idle.ts';
import { benchLedger } from './ledger.ts';
import { benchProxy } from './proxy.ts';
import { benchSlack } from './slack.ts';
import { benchStart } from './start.ts';

/** `npm run bench -- start`: a table for people, and as last line the figures as JSON. */
const benches: Record<string, () => Promise<Record<string, number>>> = {
  start: benchStart,
  boot: benchBoot,
  idle: benchIdle,
  ledger: benchLedger,
  slack: benchSlack,
  proxy: benchProxy,
};

const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (!bench) {
  process.stderr.write(`npm run bench -- ${Object.keys(benches).join(' | ')}\n`);
  process.exit(2);
}
const figures = checkFigures(await bench());
process.stdout.write(`${JSON.stringify({ bench: name, figures })}\n`);
process.exit(0);
