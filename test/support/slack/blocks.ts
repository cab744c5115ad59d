import {
  all,
  among,
  type Check,
  type Fields,
  flag,
  integer,
  isFields,
  list,
  problemsOf,
  rule,
  shape,
  string,
  variant,
} from './check.ts';
import {
  accessory,
  actionElement,
  anyText,
  contextElement,
  imageFields,
  inputElement,
  link,
  plainText,
} from './elements.ts';
import { limits } from './limits.ts';

export type Block = Fields;

const id = { 'block_id?': string(limits.blockId) };

const richStyle = shape({ 'bold?': flag, 'italic?': flag, 'strike?': flag, 'code?': flag });
const richElement = variant({
  text: { text: string(limits.section.text), 'style?': richStyle },
  link: { url: link(limits.button.url), 'text?': string(3_000), 'style?': richStyle },
  emoji: { name: string(100), 'unicode?': string(100) },
  user: { user_id: string(20), 'style?': richStyle },
  usergroup: { usergroup_id: string(20) },
  channel: { channel_id: string(20), 'style?': richStyle },
  date: {
    timestamp: integer(0, 9_999_999_999),
    format: string(100),
    'url?': link(3_000),
    'fallback?': string(100),
  },
});
const richLines = { elements: list(richElement, 1_000) };
const richText = {
  elements: list(
    variant({
      rich_text_section: richLines,
      rich_text_preformatted: { ...richLines, 'border?': integer(0, 1) },
      rich_text_quote: { ...richLines, 'border?': integer(0, 1) },
      rich_text_list: {
        style: among('bullet', 'ordered'),
        elements: list(variant({ rich_text_section: richLines }), 100),
        'indent?': integer(0, 8),
        'offset?': integer(0, 1_000),
        'border?': integer(0, 1),
      },
    }),
    100,
  ),
};

const everywhere = {
  divider: id,
  header: { ...id, text: plainText(limits.header.text) },
  section: {
    ...id,
    'text?': anyText(limits.section.text),
    'fields?': list(anyText(limits.section.field), limits.section.fields),
    'accessory?': accessory,
    'expand?': flag,
  },
  context: { ...id, elements: list(contextElement, limits.context.elements) },
  actions: { ...id, elements: list(actionElement, limits.actions.elements) },
  image: { ...id, ...imageFields, 'title?': plainText(limits.image.title) },
  rich_text: { ...id, ...richText },
};

const inMessages = {
  table: {
    ...id,
    rows: list(
      list(
        variant({
          raw_text: { text: string(limits.table.text) },
          rich_text: richText,
        }),
        limits.table.columns,
      ),
      limits.table.rows,
    ),
    'column_settings?': list(
      shape({ 'align?': among('left', 'center', 'right'), 'is_wrapped?': flag }),
      limits.table.columns,
    ),
  },
};

const inViews = {
  input: {
    ...id,
    label: plainText(limits.input.label),
    'hint?': plainText(limits.input.hint),
    'optional?': flag,
    'dispatch_action?': flag,
    element: inputElement,
  },
};

const sectionSays = rule((block) =>
  block['type'] === 'section' && block['text'] === undefined && block['fields'] === undefined
    ? 'missing required field: text or fields'
    : null,
);
const actionIdsDiffer = rule((block) => {
  const ids = elementsOf(block).flatMap((element) => element['action_id'] ?? []);
  return new Set(ids).size === ids.length ? null : 'action_id must be unique within its block';
});
const tableIsShort = rule((block) =>
  block['type'] === 'table' && textLengthOf(block) > limits.table.text
    ? `no more than ${limits.table.text} characters allowed in a table`
    : null,
);

const blockFor = (kinds: Parameters<typeof variant>[0]) =>
  all(variant(kinds), sectionSays, actionIdsDiffer, tableIsShort);
const messageBlock = blockFor({ ...everywhere, ...inMessages });
const viewBlock = blockFor({ ...everywhere, ...inViews });

const blockIdsDiffer: Check = (value, at, problems) => {
  const ids = blocksOf(value).flatMap((block) => block['block_id'] ?? []);
  if (new Set(ids).size < ids.length) problems.push(`block_id must be unique [json-pointer:${at}]`);
};
const fewTables: Check = (value, at, problems) => {
  const tables = blocksOf(value).filter(({ type }) => type === 'table');
  if (tables.length > limits.message.tables)
    problems.push(`only one table allowed [json-pointer:${at}]`);
};

const messageBlocks = all(list(messageBlock, limits.message.blocks, 0), blockIdsDiffer, fewTables);
const viewBlocks = all(list(viewBlock, limits.view.blocks, 0), blockIdsDiffer);

const viewFields = {
  blocks: viewBlocks,
  'private_metadata?': string(limits.view.privateMetadata, 0),
  'callback_id?': string(limits.view.callbackId),
  'external_id?': string(255),
};
const modalHasSubmit = rule(({ blocks, submit }) =>
  submit === undefined && blocksOf(blocks).some(({ type }) => type === 'input')
    ? 'must define submit to use an input block in modals'
    : null,
);
const view: Readonly<Record<'modal' | 'home', Check>> = {
  modal: all(
    variant({
      modal: {
        ...viewFields,
        title: plainText(limits.view.title),
        'submit?': plainText(limits.view.submit),
        'close?': plainText(limits.view.close),
        'clear_on_close?': flag,
        'notify_on_close?': flag,
        'submit_disabled?': flag,
      },
    }),
    modalHasSubmit,
  ),
  home: variant({ home: viewFields }),
};

export const problemsOfMessage = (blocks: unknown) => problemsOf(messageBlocks, blocks, '/blocks');
export const problemsOfView = (kind: 'modal' | 'home', value: unknown) =>
  problemsOf(view[kind], value, '/view');

export const blocksOf = (value: unknown): Block[] =>
  Array.isArray(value) ? value.filter(isFields) : [];

/** Everything in a block that a person may press, choose or fill. */
export function elementsOf(block: Block): Fields[] {
  const { elements, accessory: beside, element } = block;
  const found = [...blocksOf(elements), ...blocksOf([beside]), ...blocksOf([element])];
  return block['type'] === 'rich_text' ? [] : found;
}

/** Every word that a block shows, in its order. */
export function wordsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, found]) =>
    typeof found === 'string' ? (shown.has(name) ? [found] : []) : wordsOf(found),
  );
}

const shown = new Set(['text', 'alt_text']);

export function textLengthOf(value: unknown): number {
  return wordsOf(value).reduce((sum, words) => sum + words.length, 0);
}
