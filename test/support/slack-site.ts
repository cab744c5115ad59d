import { randomUUID } from 'node:crypto';
import { WebClient } from '@slack/web-api';
import { createSlackChat } from '../../adapters/slack/chat.ts';
import { manifestOf } from '../../adapters/slack/manifest.ts';
import { createPace } from '../../adapters/slack/pace.ts';
import { toSlackLogger } from '../../adapters/slack/web-client.ts';
import { commands } from '../../bot/commands/table.ts';
import type { Database } from '../../db/database.ts';
import { createSite, quietLog, type SiteOptions } from './site.ts';
import { startSlackServer } from './slack-server.ts';
import { alice, bob, carol, lab } from './slack-team.ts';
import { lab as team } from './world.ts';

/** All of Dibs at a clock that the test alone moves, with the team in the stand-in for Slack. */
export async function createSlackSite(database: Database, options: SiteOptions) {
  const slack = await startSlackServer({ manifest: manifestOf({ commands, requestUrl: null }) });
  const ids = { alice, bob, carol };
  for (const [name, id] of Object.entries(ids)) slack.addPerson({ id, name, standing: 'member' });
  slack.addChannel({ id: lab, name: 'gpu-lab', members: Object.values(ids) });

  let callsUnderWay = 0;
  /** The answer is there whole when the call is over. */
  async function fetchWhole(...asked: Parameters<typeof fetch>): Promise<Response> {
    callsUnderWay += 1;
    try {
      const answer = await fetch(...asked);
      const { status, headers } = answer;
      return new Response(await answer.arrayBuffer(), { status, headers });
    } finally {
      callsUnderWay -= 1;
    }
  }
  const client = new WebClient(slack.tokens.bot, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    fetch: fetchWhole,
    logger: toSlackLogger(quietLog),
  });
  const site = await createSite(database, {
    ...options,
    isBusy: () => callsUnderWay > 0,
    beside: ({ clock, store }) => {
      const chat = createSlackChat({
        client,
        clock,
        pace: createPace(clock),
        identityOf: async (personId) =>
          (await store.addressOf(personId, 'slack', ['slack']))?.externalId ?? null,
        showHome: async () => undefined,
        refreshHome: () => undefined,
      });
      return new Map([['slack', chat]]);
    },
  });
  await site.store.setUp({
    hosts: site.hosts.map(({ name }) => ({ name, address: `test:${name}`, simulated: false })),
    teams: [
      {
        ...team,
        channels: [{ platform: 'slack', channel: lab }],
        people: team.people.map(({ identities, ...person }) => ({
          ...person,
          identities: [
            ...identities,
            { platform: 'slack', externalId: ids[person.name as keyof typeof ids] },
          ],
        })),
      },
    ],
  });

  return {
    ...site,
    slack,
    begin() {
      const bot = site.begin();
      const say = (externalId: string, text: string) =>
        bot.commands.handle({
          platform: 'slack',
          externalId,
          standing: 'member',
          channel: lab,
          text,
          requestKey: randomUUID(),
        });
      return { ...bot, say };
    },
    /** At Slack too. */
    async pass(seconds: number, stepSeconds = 0.5): Promise<void> {
      for (let left = seconds; left > 0; left -= stepSeconds) {
        await site.pass(Math.min(left, stepSeconds), stepSeconds);
        await slack.passTime(Math.min(left, stepSeconds));
      }
    },
    async close() {
      await site.end();
      await slack.close();
    },
  };
}
