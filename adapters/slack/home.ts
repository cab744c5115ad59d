import type { WebClient } from '@slack/web-api';
import type { Commands } from '../../core/invocation.ts';
import type { Message } from '../../core/message.ts';
import type { Log } from '../../core/ports.ts';
import { calling } from './faults.ts';
import { type IdentityOf, namesIn } from './names.ts';
import { renderView } from './render.ts';

export type Home = {
  /** Shows the tab as it is now, with an answer above it. */
  show(externalId: string, answer: Message | null, signal: AbortSignal): Promise<void>;
  /**
   * The same, at leisure and for whom it was shown before: a few actions in a row are shown once,
   * and who opens it anew gets it anew.
   */
  refresh(externalId: string): void;
};

const refreshMillis = 15_000;
const mostRemembered = 5000;

/** The Home tab. Slack asks for it when somebody opens it, and keeps what it was given last. */
export function createHome(deps: {
  client: WebClient;
  commands: Pick<Commands, 'home'>;
  identityOf: IdentityOf;
  log: Log;
}): Home {
  const { client, commands, identityOf, log } = deps;
  /** Who is being shown theirs; true: something happened since. */
  const showing = new Map<string, boolean>();

  const opened = new Set<string>();

  async function show(externalId: string, answer: Message | null, signal: AbortSignal) {
    if (opened.size >= mostRemembered) opened.clear();
    opened.add(externalId);
    const home = await commands.home({ platform: 'slack', externalId, channel: '' });
    const message = answer === null ? home : withAnswer(home, answer);
    const view = renderView(message, { names: await namesIn(message, identityOf) });
    await calling(signal, () => client.views.publish({ user_id: externalId, view }));
  }

  async function refreshUntilShown(externalId: string): Promise<void> {
    do {
      showing.set(externalId, false);
      await show(externalId, null, AbortSignal.timeout(refreshMillis));
    } while (showing.get(externalId) === true);
  }

  return {
    show,
    refresh(externalId) {
      if (!opened.has(externalId)) return;
      if (showing.has(externalId)) {
        showing.set(externalId, true);
        return;
      }
      refreshUntilShown(externalId)
        .catch((error: unknown) => log.debug('a Home tab was not refreshed', { error }))
        .finally(() => showing.delete(externalId));
    },
  };
}

function withAnswer(home: Message, answer: Message): Message {
  const lead = answer.title === null ? [] : [{ kind: 'heading' as const, text: answer.title }];
  return { ...home, tone: answer.tone, parts: [...lead, ...answer.parts, ...home.parts] };
}
