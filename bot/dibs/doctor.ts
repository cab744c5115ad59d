import { bad, type Finding, good } from '../../core/finding.ts';
import { type Config, ConfigMistakes, loadConfig, type Settings } from '../config.ts';
import { teamsOf } from '../defaults.ts';
import { clockFinding } from '../render/clock.ts';
import { renderFinding, renderVerdict } from '../render/doctor.ts';
import { checkDatabase } from './check-database.ts';
import { checkHosts } from './check-hosts.ts';
import { checkImages } from './check-images.ts';
import { checkProxy } from './check-proxy.ts';
import { checkSlackOf } from './check-slack.ts';
import type { Look } from './look.ts';
import type { Shell } from './shell.ts';

/** Everything is looked at at once; whatever takes longer counts as giving no answer. */
const limitSeconds = 30;
/** That which the package brings, on which all tests run. */
const leastNode = 26;

/** Looks at all that Dibs needs, and changes nothing. 0: all is well, 1: something is not. */
export async function doctor({ settings, out }: Shell): Promise<number> {
  const findings: Finding[] = [];
  const tell = (found: readonly Finding[]) => {
    findings.push(...found);
    out(found.map(renderFinding).join(''));
  };
  const { config, found } = readSettings(settings);
  tell([...found, nodeFinding(process.versions.node)]);
  if (config !== null) {
    const looks = [
      within('Database', () => checkDatabase(config)),
      within('Hosts', (signal) => checkHosts(config, signal)),
      within('Images', () => checkImages(config)),
      within('Proxy', () => checkProxy(config)),
      within('Slack', (signal) => checkSlackOf(config, signal)),
    ];
    for (const look of looks) tell((await look).findings);
    const clocks = (await Promise.all(looks)).flatMap((look) => look.clocks);
    tell([clockFinding(clocks)]);
  }
  out(renderVerdict(findings));
  return findings.some(({ state }) => state === 'bad') ? 1 : 0;
}

function readSettings(settings: Settings | undefined): { config: Config | null; found: Finding[] } {
  try {
    const config = loadConfig(settings);
    const teams = teamsOf(config).map(({ name }) => name);
    const text = `${teams.length === 1 ? 'team' : 'teams'} ${teams.join(', ')}`;
    return { config, found: [good('Settings', text)] };
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) throw error;
    const advice = 'Correct that; the rest is looked at when the settings are right.';
    const last = error.mistakes.length - 1;
    const found = error.mistakes.map((text, at): Finding => {
      return { subject: 'Settings', state: 'bad', text, advice: at === last ? advice : null };
    });
    return { config: null, found };
  }
}

function nodeFinding(version: string): Finding {
  if (Number.parseInt(version, 10) >= leastNode) return good('Node.js', version);
  const advice = '“npm ci” brings the right one, and “npm start” and “npx dibs” use it.';
  return bad('Node.js', `${version} is older than ${leastNode}`, advice);
}

/** What goes on after its time is left alone: the process ends. */
async function within(
  subject: string,
  look: (signal: AbortSignal) => Promise<Look>,
): Promise<Look> {
  const signal = AbortSignal.timeout(limitSeconds * 1000);
  const { promise: late, resolve } = Promise.withResolvers<Look>();
  const text = `no answer within ${limitSeconds} s`;
  const finding = bad(subject, text, 'Try again, and see what is slow there.');
  signal.addEventListener('abort', () => resolve({ findings: [finding], clocks: [] }));
  return Promise.race([look(signal), late]);
}
