import {
  all,
  among,
  type Check,
  type Fields,
  flag,
  integer,
  list,
  matching,
  rule,
  shape,
  string,
  variant,
} from './check.ts';
import { limits } from './limits.ts';

/** The parts that blocks are made of: docs.slack.dev/reference/block-kit, 2026. */
type Shape = Readonly<Record<string, Check>>;

export const plainText = (most: number): Check =>
  variant({ plain_text: { text: string(most), 'emoji?': flag } });

export const anyText = (most: number): Check =>
  variant({
    plain_text: { text: string(most), 'emoji?': flag },
    mrkdwn: { text: all(string(most), mrkdwn), 'verbatim?': flag },
  });

/** `<!date^…>` must be complete: Slack shows a broken one as it is written. */
const mrkdwn: Check = (value, at, problems) => {
  for (const [token] of String(value).matchAll(/<!date\^[^>]*>/g))
    if (!/^<!date\^\d+\^[^^|>]+(\^[^|>]+)?\|[^>]+>$/.test(token))
      problems.push(`invalid date format: ${token} [json-pointer:${at}]`);
};

const confirm = shape({
  'title?': plainText(limits.confirm.title),
  text: anyText(limits.confirm.text),
  'confirm?': plainText(limits.confirm.confirm),
  'deny?': plainText(limits.confirm.deny),
  'style?': among('primary', 'danger'),
});

const actionId = { 'action_id?': string(limits.actionId) };
const placeholder = { 'placeholder?': plainText(limits.placeholder) };
const focus = { 'focus_on_load?': flag };
const confirmed = { ...actionId, 'confirm?': confirm };
const dispatchConfig = {
  'dispatch_action_config?': shape({
    trigger_actions_on: list(among('on_enter_pressed', 'on_character_entered'), 2),
  }),
};

const option = shape({
  text: plainText(limits.option.text),
  value: string(limits.option.value),
  'description?': plainText(limits.option.description),
});
const markedOption = shape({
  text: anyText(limits.option.text),
  value: string(limits.option.value),
  'description?': anyText(limits.option.description),
});
const overflowOption = shape({
  text: plainText(limits.option.text),
  value: string(limits.option.value),
  'url?': string(limits.option.url),
});
const group = shape({
  label: plainText(limits.option.text),
  options: list(option, limits.select.options),
});

export const link = (most: number) =>
  all(string(most), matching(/^https?:\/\/\S+$/, 'must be a valid URL'));

const button: Shape = {
  ...confirmed,
  text: plainText(limits.button.text),
  'value?': string(limits.button.value),
  'url?': link(limits.button.url),
  'style?': among('primary', 'danger'),
  'accessibility_label?': string(limits.button.label),
};

const staticOptions: Shape = {
  ...confirmed,
  ...placeholder,
  ...focus,
  'options?': list(option, limits.select.options),
  'option_groups?': list(group, limits.select.groups),
};

const pickers: Readonly<Record<string, Shape>> = {
  static_select: { ...staticOptions, 'initial_option?': option },
  multi_static_select: {
    ...staticOptions,
    'initial_options?': list(option, limits.select.options),
    'max_selected_items?': integer(1, limits.select.options),
  },
  users_select: { ...confirmed, ...placeholder, ...focus, 'initial_user?': string(255) },
  conversations_select: {
    ...confirmed,
    ...placeholder,
    ...focus,
    'initial_conversation?': string(255),
    'default_to_current_conversation?': flag,
  },
  channels_select: { ...confirmed, ...placeholder, ...focus, 'initial_channel?': string(255) },
  checkboxes: {
    ...confirmed,
    ...focus,
    options: list(markedOption, limits.choice.options),
    'initial_options?': list(markedOption, limits.choice.options),
  },
  radio_buttons: {
    ...confirmed,
    ...focus,
    options: list(markedOption, limits.choice.options),
    'initial_option?': markedOption,
  },
  datepicker: {
    ...confirmed,
    ...placeholder,
    ...focus,
    'initial_date?': matching(/^\d{4}-\d\d-\d\d$/, 'must be a date'),
  },
  timepicker: {
    ...confirmed,
    ...placeholder,
    ...focus,
    'initial_time?': matching(/^\d\d:\d\d$/, 'must be a time'),
    'timezone?': string(255),
  },
  datetimepicker: {
    ...confirmed,
    ...focus,
    'initial_date_time?': integer(1_000_000_000, 9_999_999_999),
  },
};

const typed: Readonly<Record<string, Shape>> = {
  plain_text_input: {
    ...actionId,
    ...placeholder,
    ...focus,
    ...dispatchConfig,
    'initial_value?': string(limits.plainTextInput.length),
    'multiline?': flag,
    'min_length?': integer(0, limits.plainTextInput.length),
    'max_length?': integer(1, limits.plainTextInput.length),
  },
  number_input: {
    ...actionId,
    ...placeholder,
    ...focus,
    ...dispatchConfig,
    is_decimal_allowed: flag,
    'initial_value?': string(255),
    'min_value?': string(255),
    'max_value?': string(255),
  },
};

const overflow: Shape = { ...confirmed, options: list(overflowOption, limits.overflow.options) };
const image: Shape = {
  image_url: link(limits.image.url),
  alt_text: string(limits.image.altText),
};

/** What a select offers first must be what it offers at all. */
const initialIsOffered = rule((element) => {
  const grouped = listOf(element['option_groups']).flatMap(({ options }) => listOf(options));
  const offered = [...listOf(element['options']), ...grouped];
  if (element['type'] === 'static_select' || element['type'] === 'multi_static_select')
    if ((element['options'] === undefined) === (element['option_groups'] === undefined))
      return 'must provide either options or option_groups';
  const single = element['initial_option'];
  const initial = single === undefined ? listOf(element['initial_options']) : [single];
  const all = new Set(offered.map((one) => JSON.stringify(one)));
  const isOffered = initial.every((one) => all.has(JSON.stringify(one)));
  return isOffered ? null : 'initial option(s) must match options';
});

const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value : []);
const element = (shapes: Readonly<Record<string, Shape>>) => all(variant(shapes), initialIsOffered);

export const actionElement = element({ ...pickers, button, overflow });
export const accessory = element({ ...pickers, button, overflow, image });
export const inputElement = element({ ...pickers, ...typed });
export const contextElement = variant({
  image,
  plain_text: { text: string(limits.context.text), 'emoji?': flag },
  mrkdwn: { text: all(string(limits.context.text), mrkdwn), 'verbatim?': flag },
});
export const imageFields = image;
