import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHome } from '../../adapters/slack/home.ts';
import type { Message } from '../../core/message.ts';
import { titled } from '../contract/chat-messages.ts';
import { quietLog } from '../support/site.ts';
import { impatientClient, openLab } from '../support/slack/lab.ts';

const never = new AbortController().signal;

const alice = 'UALICE';

let slack: Awaited<ReturnType<typeof openLab>>;

beforeEach(async () => {
  slack = await openLab();
});

afterEach(() => slack.close());

function stage() {
  const logged: string[] = [];
  const asked: string[] = [];
  let next: () => Promise<Message> = async () => titled('now');
  const home = createHome({
    client: impatientClient(slack, slack.tokens.bot),
    commands: {
      home({ externalId }) {
        asked.push(externalId);
        return next();
      },
    },
    identityOf: async () => null,
    log: { ...quietLog, debug: (text) => void logged.push(text) },
  });
  const answer = (how: () => Promise<Message>) => {
    next = how;
  };
  const shown = () => slack.calls.filter(({ method }) => method === 'views.publish').length;
  return { home, asked, logged, answer, shown };
}

describe('the Home tab', () => {
  it('is shown anew to nobody who has not opened it', async () => {
    const { home, asked } = stage();
    home.refresh(alice);
    expect(asked).toEqual([]);
  });

  it('is shown once more for all that happens while it is shown', async () => {
    const { home, asked, answer, shown } = stage();
    await home.show(alice, null, never);
    const { promise, resolve } = Promise.withResolvers<Message>();
    answer(() => promise);
    for (let time = 0; time < 5; time += 1) home.refresh(alice);
    answer(async () => titled('at last'));
    resolve(titled('meanwhile'));
    await slack.until(() => slack.viewsOf(alice).home?.words.includes('at last') === true);
    expect([asked.length, shown()]).toEqual([3, 3]);
    home.refresh(alice);
    await slack.until(() => shown() === 4);
  });

  it('that could not be shown anew is shown at the next occasion', async () => {
    const { home, answer, logged } = stage();
    await home.show(alice, null, never);
    answer(() => Promise.reject(new Error('away')));
    home.refresh(alice);
    await new Promise(setImmediate);
    expect(logged).toEqual(['a Home tab was not refreshed']);
    answer(async () => titled('again'));
    home.refresh(alice);
    await slack.until(() => slack.viewsOf(alice).home?.words.includes('again') === true);
  });

  it('has the title of an answer as its first heading, and no heading without one', async () => {
    const { home } = stage();
    const wordsAfter = async (answer: Message) => {
      await home.show(alice, answer, never);
      return slack.viewsOf(alice).home?.words.split('\n');
    };
    expect(await wordsAfter(titled('done'))).toEqual(['now', 'done', 'Some words.', 'Some words.']);
    const plain: Message = { title: null, tone: 'bad', parts: [{ kind: 'text', text: ['no'] }] };
    expect(await wordsAfter(plain)).toEqual(['🔴 now', 'no', 'Some words.']);
  });
});
