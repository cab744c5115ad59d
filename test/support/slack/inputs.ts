import { type Block, blocksOf, elementsOf } from './blocks.ts';
import type { Fields } from './check.ts';
import type { ViewValues } from './entities.ts';

/** What a person puts into an element: text, the value of an option, or several of them. */
export type Filling = string | number | readonly string[];

/** How each element names its value, in state and in actions, and where it starts. */
const slots: Readonly<Record<string, { name: string; initial: string }>> = {
  plain_text_input: { name: 'value', initial: 'initial_value' },
  number_input: { name: 'value', initial: 'initial_value' },
  static_select: { name: 'selected_option', initial: 'initial_option' },
  radio_buttons: { name: 'selected_option', initial: 'initial_option' },
  multi_static_select: { name: 'selected_options', initial: 'initial_options' },
  checkboxes: { name: 'selected_options', initial: 'initial_options' },
  users_select: { name: 'selected_user', initial: 'initial_user' },
  conversations_select: { name: 'selected_conversation', initial: 'initial_conversation' },
  channels_select: { name: 'selected_channel', initial: 'initial_channel' },
  datepicker: { name: 'selected_date', initial: 'initial_date' },
  timepicker: { name: 'selected_time', initial: 'initial_time' },
  datetimepicker: { name: 'selected_date_time', initial: 'initial_date_time' },
};

/** The values at first sight; what was there before under the same ids stays. */
export function initialValues(blocks: readonly Block[], before: ViewValues): ViewValues {
  const values: ViewValues = {};
  for (const block of blocks)
    for (const element of elementsOf(block)) {
      const slot = slots[String(element['type'])];
      if (!slot) continue;
      const [blockId, actionId] = [String(block['block_id']), String(element['action_id'])];
      const kept = before[blockId]?.[actionId] ?? {};
      const empty = slot.name === 'selected_options' ? [] : null;
      const started = { type: element['type'], [slot.name]: element[slot.initial] ?? empty };
      const inBlock = values[blockId] ?? {};
      inBlock[actionId] = kept['type'] === element['type'] ? kept : started;
      values[blockId] = inBlock;
    }
  return values;
}

/** Throws where a person could not do that: no such option, too long, not a number. */
export function filledValue(element: Fields, filling: Filling): Fields {
  const type = String(element['type']);
  const slot = slots[type];
  if (!slot) throw new Error(`nothing can be put into a ${type}`);
  const isChoice = slot.name.startsWith('selected_option');
  if (slot.name === 'selected_options')
    return { type, [slot.name]: [filling].flat().map((value) => optionOf(element, value)) };
  if (isChoice) return { type, [slot.name]: optionOf(element, filling) };
  checkTyped(element, filling);
  const isInstant = type === 'datetimepicker';
  return { type, [slot.name]: isInstant ? Number(filling) : String(filling) };
}

export function isEmpty(value: Fields | undefined): boolean {
  const slot = slots[String(value?.['type'])];
  const found = slot && value?.[slot.name];
  return found === undefined || found === null || found === '' || [found].flat().length === 0;
}

function optionOf(element: Fields, value: unknown): Fields {
  const grouped = blocksOf(element['option_groups']).flatMap(({ options }) => blocksOf(options));
  const options = [...blocksOf(element['options']), ...grouped];
  const found = options.find((option) => option['value'] === String(value));
  if (found) return found;
  const offered = options.map((option) => option['value']).join(', ');
  throw new Error(`there is no option ${value}; there are: ${offered}`);
}

function checkTyped(element: Fields, filling: Filling): void {
  const { type, min_length: least, max_length: most } = element;
  const length = String(filling).length;
  if (type === 'number_input') checkNumber(element, Number(filling));
  else if (type !== 'plain_text_input') return;
  else if (length < Number(least ?? 0) || length > Number(most ?? 3_000))
    throw new Error(
      `Slack takes ${least ?? 0} to ${most ?? 3_000} characters there, not ${length}`,
    );
}

function checkNumber(element: Fields, value: number): void {
  const least = Number(element['min_value'] ?? Number.NEGATIVE_INFINITY);
  const most = Number(element['max_value'] ?? Number.POSITIVE_INFINITY);
  const isWhole = element['is_decimal_allowed'] === true || Number.isInteger(value);
  if (!(value >= least && value <= most && isWhole))
    throw new Error(`Slack does not take ${value} there`);
}
