import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderMessage, renderView } from '../../adapters/slack/render.ts';
import { compactJson } from '../support/compact-json.ts';
import { messages, views } from '../support/messages/all.ts';
import { problemsOfMessage, problemsOfView } from '../support/slack/blocks.ts';
import { slackNames } from '../support/slack-rendered.ts';
import { noon } from '../support/world.ts';

const folder = '../fixtures/slack';

const ofMessages = Object.entries(messages).map(([name, message]) => {
  const { text, blocks, files } = renderMessage(message, { names: slackNames, now: noon });
  const attached = files.length === 0 ? {} : { files: files.map((file) => file.name) };
  return { name, fixture: { text, blocks, ...attached }, problems: problemsOfMessage(blocks) };
});
const ofViews = Object.entries(views).map(([name, message]) => {
  const fixture = renderView(message, { names: slackNames });
  return { name, fixture, problems: problemsOfView('home', fixture) };
});
const all = [...ofMessages, ...ofViews];

it.each(all)('$name looks in Slack as it did, and Slack takes it', async (one) => {
  expect(one.problems).toEqual([]);
  const file = `${folder}/${one.name}.json`;
  await expect(`${compactJson(one.fixture)}\n`).toMatchFileSnapshot(file);
});

it('each fixture is of a message that there is', async () => {
  const files = await readdir(new URL(folder, import.meta.url));
  const known = [...all.map(({ name }) => `${name}.json`), 'README.md'];
  expect(files.filter((file) => !known.includes(file))).toEqual([]);
});

it('each can be looked at in Slack’s Block Kit Builder', async () => {
  const links = all.map(({ name, fixture }) => {
    const shown = 'type' in fixture ? fixture : { blocks: fixture.blocks };
    const code = encodeURIComponent(JSON.stringify(shown));
    return `- [${name}](https://app.slack.com/block-kit-builder/#${code})`;
  });
  const lead = [
    '# What Dibs says in Slack',
    '',
    'Each file is a message as it is sent: the line of its notification, its blocks, the names of its',
    'files; or a page of the Home tab. The links open them in Slack’s Block Kit Builder. When a message',
    'has changed, this writes them anew:',
    '',
    '    npx vitest run --project fast test/adapters/slack-fixtures.test.ts --update',
    '',
  ];
  await expect([...lead, ...links, ''].join('\n')).toMatchFileSnapshot(`${folder}/README.md`);
});
