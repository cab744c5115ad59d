import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, impatientClient, openLab } from '../support/slack/lab.ts';

type Fields = Record<string, unknown>;

let slack: Awaited<ReturnType<typeof openLab>>;
beforeAll(async () => {
  slack = await openLab();
  slack.strictRates = false;
});
afterAll(() => slack.close());

/** Posts the blocks as they are, and answers what Slack says is wrong with them. */
async function said(blocks: readonly Fields[]): Promise<unknown> {
  const client = impatientClient(slack, slack.tokens.bot);
  try {
    await client.apiCall('chat.postMessage', { channel: 'CLAB', text: 'fallback', blocks });
    return null;
  } catch (error) {
    return messagesOf(error);
  }
}

function messagesOf(error: unknown): unknown {
  const found = Object(error).data;
  return Object(found).response_metadata?.messages?.join('\n') || Object(found).error;
}

const x = (length: number) => 'x'.repeat(length);
const many = (count: number, make: (index: number) => Fields) =>
  Array.from({ length: count }, (_, index) => make(index));
const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const fields = (items: Fields[]) => ({ type: 'section', fields: items });
const button = (more: Fields = {}) => ({ type: 'button', text: plain('Go'), ...more });
const actions = (...elements: Fields[]) => ({ type: 'actions', elements });
const confirm = (more: Fields) => ({
  confirm: {
    title: plain('t'),
    text: plain('Sure?'),
    confirm: plain('y'),
    deny: plain('n'),
    ...more,
  },
});
const option = (index: number, more: Fields = {}) => ({
  text: plain('o'),
  value: `v${index}`,
  ...more,
});
const select = (options: Fields[], more: Fields = {}) =>
  actions({ type: 'static_select', options, ...more });
const table = (rows: number, columns: number, text = 'x') => ({
  type: 'table',
  rows: Array.from({ length: rows }, () => many(columns, () => ({ type: 'raw_text', text }))),
});

type Edge = { name: string; most: number; make(count: number): Fields[]; words: string };
const edge = (name: string, most: number, more: Pick<Edge, 'make' | 'words'>): Edge => ({
  name,
  most,
  ...more,
});

/** Each makes blocks of a size: the most that Slack takes is taken, and one more is not. */
const edges: readonly Edge[] = [
  edge('blocks', 50, {
    make: (n) => many(n, () => ({ type: 'divider' })),
    words: '/blocks]',
  }),
  edge('characters in a header', 150, {
    make: (n) => [{ type: 'header', text: plain(x(n)) }],
    words: 'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
  }),
  edge('characters in a section', 3000, { make: (n) => [section(x(n))], words: '/0/text/text' }),
  edge('fields', 10, { make: (n) => [fields(many(n, () => mrkdwn('x')))], words: '/0/fields' }),
  edge('characters in a field', 2000, {
    make: (n) => [fields([mrkdwn(x(n))])],
    words: '/fields/0',
  }),
  edge('parts of a context', 10, {
    make: (n) => [{ type: 'context', elements: many(n, () => mrkdwn('x')) }],
    words: '/blocks/0/elements',
  }),
  edge('actions', 25, { make: (n) => [actions(...many(n, () => button()))], words: '/0/elements' }),
  edge('characters in a label', 75, {
    make: (n) => [actions(button({ text: plain(x(n)) }))],
    words: '/elements/0/text',
  }),
  edge('characters in a value', 2000, {
    make: (n) => [actions(button({ value: x(n) }))],
    words: '/elements/0/value',
  }),
  edge('characters in a URL', 3000, {
    make: (n) => [actions(button({ url: `https://${x(n - 8)}` }))],
    words: '/elements/0/url',
  }),
  edge('characters in an action id', 255, {
    make: (n) => [actions(button({ action_id: x(n) }))],
    words: '/elements/0/action_id',
  }),
  edge('characters in the title of a question', 100, {
    make: (n) => [actions(button(confirm({ title: plain(x(n)) })))],
    words: '/confirm/title',
  }),
  edge('characters in a question', 300, {
    make: (n) => [actions(button(confirm({ text: plain(x(n)) })))],
    words: '/confirm/text',
  }),
  edge('characters in an answer', 30, {
    make: (n) => [actions(button(confirm({ deny: plain(x(n)) })))],
    words: '/confirm/deny',
  }),
  edge('options', 100, { make: (n) => [select(many(n, option))], words: '/options' }),
  edge('characters in an option', 75, {
    make: (n) => [select([option(0, { text: plain(x(n)) })])],
    words: '/options/0/text',
  }),
  edge('characters in the value of an option', 150, {
    make: (n) => [select([option(0, { value: x(n) })])],
    words: '/options/0/value',
  }),
  edge('characters in a placeholder', 150, {
    make: (n) => [select([option(0)], { placeholder: plain(x(n)) })],
    words: '/placeholder',
  }),
  edge('characters in a block id', 255, {
    make: (n) => [{ type: 'divider', block_id: x(n) }],
    words: '/block_id',
  }),
  edge('rows', 100, { make: (n) => [table(n, 1)], words: '/blocks/0/rows' }),
  edge('columns', 20, { make: (n) => [table(1, n)], words: '/blocks/0/rows/0' }),
  edge('characters in a table', 10_000, {
    make: (n) => [table(1, 1, x(n))],
    words: '10001 characters',
  }),
  edge('tables', 1, { make: (n) => many(n, () => table(1, 1)), words: 'only one table' }),
  // Each block after the first takes 125 of them.
  edge('characters in all', 13_000, {
    make: (n) => [...many(4, () => section(x(2500))), section(x(n - 10_000 - 4 * 125))],
    words: 'msg_blocks_too_long',
  }),
];

describe('blocks of a message', () => {
  const named = edges.map((one) => [`${one.most} ${one.name}`, one] as const);
  it.each(named)('%s and no more', async (_name, { most, make, words }) => {
    expect(await said(make(most))).toBeNull();
    expect(await said(make(most + 1))).toContain(words);
  });

  it.each([
    ['a block that is not known', { type: 'marquee' }, 'unsupported type: marquee'],
    ['an element that is not known', actions({ type: 'lever' }), 'unsupported type: lever'],
    [
      'a property that is not known',
      { ...section('x'), colour: 'red' },
      'additional property: colour',
    ],
    ['an empty text', section(''), 'must be more than 0 characters'],
    ['a section that says nothing', { type: 'section' }, 'text or fields'],
    ['mrkdwn in a header', { type: 'header', text: mrkdwn('x') }, 'unsupported type: mrkdwn'],
    ['an input in a message', { type: 'input', label: plain('x') }, 'unsupported type: input'],
    ['a select without options', select([]), 'no fewer than 1'],
    [
      'an initial option that is not offered',
      select([option(0)], { initial_option: option(1) }),
      'must match options',
    ],
    [
      'an action id given twice',
      actions(button({ action_id: 'a' }), button({ action_id: 'a' })),
      'action_id must be unique',
    ],
    ['a date without words', section('<!date^1700000000^{time}>'), 'invalid date format'],
  ])('%s is refused', async (_name, block, words) => {
    expect(await said([block])).toContain(words);
  });

  it('a block id given twice is refused', async () => {
    const twice = many(2, () => ({ type: 'divider', block_id: 'b' }));
    expect(await said(twice)).toContain('block_id must be unique');
  });

  it('rich text, images, accessories and every picker are taken', async () => {
    const rich = {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [{ type: 'text', text: 'a', style: { bold: true } }],
        },
        { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'nvidia-smi' }] },
      ],
    };
    const picture = { type: 'image', image_url: 'https://example.com/a.png', alt_text: 'a chart' };
    const beside = { ...section('x'), accessory: { type: 'overflow', options: [option(0)] } };
    expect(await said([rich, picture, beside, actions({ type: 'users_select' })])).toBeNull();
  });

  it('a text over 40,000 is too long', async () => {
    const client = impatientClient(slack, slack.tokens.bot);
    const post = (text: string) => errorOf(client.chat.postMessage({ channel: 'CLAB', text }));
    expect(await post(x(40_000))).toBeNull();
    expect(await post(x(40_001))).toBe('msg_too_long');
  });
});

describe('views', () => {
  const home = (blocks: Fields[]) => ({ type: 'home', blocks });
  const modal = (more: Fields) => ({ type: 'modal', title: plain('GPU'), blocks: [], ...more });
  const input = (element: Fields, label = 'Which?') => ({
    type: 'input',
    label: plain(label),
    element: { type: 'plain_text_input', ...element },
  });
  const asked = (element: Fields, label?: string) =>
    modal({ submit: plain('Go'), blocks: [input(element, label)] });

  async function saidOf(view: Fields): Promise<unknown> {
    const client = impatientClient(slack, slack.tokens.bot);
    const isHome = view['type'] === 'home';
    const typed = isHome ? null : await slack.command('UALICE', 'CLAB', '');
    const trigger_id = typed?.triggerId;
    try {
      if (isHome) await client.apiCall('views.publish', { user_id: 'UALICE', view });
      else await client.apiCall('views.open', { trigger_id, view });
      const { modal: opened } = slack.viewsOf('UALICE');
      if (opened) await slack.dismiss('UALICE', opened);
      return null;
    } catch (error) {
      return messagesOf(error);
    }
  }

  const viewEdges: readonly { name: string; most: number; make(count: number): Fields }[] = [
    { name: 'blocks', most: 100, make: (n) => home(many(n, () => ({ type: 'divider' }))) },
    { name: 'title', most: 24, make: (n) => modal({ title: plain(x(n)) }) },
    { name: 'submit', most: 24, make: (n) => modal({ submit: plain(x(n)) }) },
    { name: 'close', most: 24, make: (n) => modal({ close: plain(x(n)) }) },
    { name: 'private_metadata', most: 3000, make: (n) => modal({ private_metadata: x(n) }) },
    { name: 'label', most: 2000, make: (n) => asked({}, x(n)) },
    { name: 'max_length', most: 3000, make: (n) => asked({ max_length: n }) },
  ];

  it.each(viewEdges)('$name up to $most and no more', async ({ name, most, make }) => {
    expect(await saidOf(make(most))).toBeNull();
    expect(await saidOf(make(most + 1))).toContain(`/${name}`);
  });

  it('a modal with an input needs a submit, and none may have a table', async () => {
    expect(await saidOf(modal({ blocks: [input({})] }))).toContain('must define submit');
    expect(await saidOf(modal({ blocks: [table(1, 1)] }))).toContain('unsupported type: table');
  });
});
