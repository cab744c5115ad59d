import type { Acting } from './acts.ts';
import { enter, nameInPayloads } from './acts.ts';
import { type Block, elementsOf } from './blocks.ts';
import { type Fields, isFields } from './check.ts';
import type { Delivered } from './courier.ts';
import type { Channel, Message, View, ViewValues } from './entities.ts';
import { type Filling, filledValue, isEmpty } from './inputs.ts';
import { findMessage } from './messages.ts';
import { pushModal, replaceView } from './methods/views.ts';
import { Refused } from './refused.ts';
import { buttonsOf, labelOf } from './sight.ts';
import { messageFields, viewFields } from './wire.ts';
import { appId, domain, personOf, teamId, teamOf, type Workspace } from './workspace.ts';

/** A message or a view, as people see them. */
export type Surface = { channel: string; ts: string } | { id: string };
/** The label; `confirms` is what the person says when they are asked whether they are sure. */
export type Press = string | { label: string; confirms: boolean };
type Fillings = Readonly<Record<string, Filling>>;
type Found =
  | { kind: 'message'; message: Message; channel: Channel; blocks: Block[]; values: ViewValues }
  | { kind: 'view'; view: View; blocks: Block[]; values: ViewValues };

/** What people do to messages and views: docs.slack.dev/reference/interaction-payloads. */
export function createPresses(acting: Acting) {
  const { workspace, courier } = acting;

  /** Null: the person was asked whether they are sure, and was not. */
  async function press(person: string, surface: Surface, what: Press): Promise<Delivered | null> {
    const { label, confirms } = typeof what === 'string' ? { label: what, confirms: true } : what;
    const found = find(workspace, person, surface);
    const buttons = buttonsOf(found.blocks);
    const button = buttons.find((one) => labelOf(one) === label);
    const labels = buttons.map(labelOf).join(', ') || 'none';
    if (!button) throw new Error(`there is no button “${label}”; there are: ${labels}`);
    if (button['confirm'] !== undefined && !confirms) return null;
    const { confirm: _, accessibility_label: __, ...action } = button;
    return act(person, found, action);
  }

  /**
   * Fills elements by the id of their block, one after the other. Answers how the last one was
   * taken that the app is told of; null where it is told of none.
   */
  async function fill(person: string, surface: Surface, fillings: Fillings) {
    let delivered: Delivered | null = null;
    for (const [blockId, filling] of Object.entries(fillings)) {
      const found = find(workspace, person, surface);
      const { block, element } = fillable(found.blocks, blockId);
      const actionId = String(element['action_id']);
      const value = filledValue(element, filling);
      found.values[blockId] = { ...found.values[blockId], [actionId]: value };
      const isTold = block['type'] !== 'input' || block['dispatch_action'] === true;
      if (isTold)
        delivered = await act(person, found, { block_id: blockId, action_id: actionId, ...value });
    }
    return delivered;
  }

  /** Fills, presses the submit button, and lets the view become what the app answers. */
  async function submit(person: string, surface: Surface, fillings: Fillings = {}) {
    await fill(person, surface, fillings);
    const found = find(workspace, person, surface);
    if (found.kind !== 'view' || found.view.kind !== 'modal')
      throw new Error('only a modal can be submitted');
    checkComplete(found);
    const body = { ...interaction(person, 'view_submission'), ...submission(found.view) };
    const delivered = await courier.deliver({ kind: 'interactive', body });
    return delivered.acked ? follow(found.view, delivered) : delivered;
  }

  /** Closes the modal on top; the app is told if it asked for that. */
  async function dismiss(person: string, surface: Surface): Promise<Delivered | null> {
    const found = find(workspace, person, surface);
    if (found.kind !== 'view') throw new Error('only a view can be dismissed');
    const { view } = found;
    close(workspace, view);
    if (view.content['notify_on_close'] !== true) return null;
    const { trigger_id: _, ...body } = interaction(person, 'view_closed');
    const closed = { ...body, view: viewFields(view), is_cleared: false };
    return courier.deliver({ kind: 'interactive', body: closed });
  }

  function act(person: string, found: Found, action: Fields): Promise<Delivered> {
    const actions = [{ ...action, action_ts: workspace.newTs() }];
    const about = found.kind === 'view' ? submission(found.view) : pressed(person, found);
    const container = containerOf(found);
    const body = { ...interaction(person, 'block_actions'), ...about, container, actions };
    return courier.deliver({ kind: 'interactive', body });
  }

  function interaction(person: string, type: string) {
    const { id, name, ...rest } = personOf(workspace, person);
    const team = teamOf({ id, name, ...rest });
    return {
      type,
      user: { id, username: name, name, team_id: team },
      api_app_id: appId,
      token: 'verification',
      trigger_id: acting.tickets.trigger(person),
      team: { id: teamId, domain },
      enterprise: null,
      is_enterprise_install: false,
    };
  }

  /** Of an ephemeral message the app learns where it was, and not what it said. */
  function pressed(
    person: string,
    { message, channel, values }: Extract<Found, { kind: 'message' }>,
  ) {
    const target = { channel: channel.id, person, ts: message.ts };
    return {
      channel: { id: channel.id, name: nameInPayloads(channel) },
      ...(message.only === null ? { message: messageFields(workspace, message) } : {}),
      state: { values },
      response_url: acting.tickets.responseUrl(target),
    };
  }

  function follow(view: View, delivered: Delivered): Delivered {
    try {
      answer(view, delivered.response);
      return delivered;
    } catch (error) {
      if (error instanceof Refused) return { ...delivered, problem: error.code };
      throw error;
    }
  }

  function answer(view: View, response: unknown): void {
    const { response_action: action, ...said } = isFields(response) ? response : {};
    switch (action) {
      case undefined:
        close(workspace, view);
        break;
      case 'clear':
        workspace.modals.delete(view.person);
        break;
      case 'update':
        replaceView(workspace, view, said['view']);
        break;
      case 'push':
        pushModal(workspace, view.person, said['view']);
        break;
      case 'errors':
        view.errors = errorsIn(view, said['errors']);
        break;
      default:
        throw new Refused('invalid_response_action');
    }
    workspace.changed();
  }

  return { press, fill, submit, dismiss };
}

function find(workspace: Workspace, person: string, surface: Surface): Found {
  if ('ts' in surface) {
    const channel = enter(workspace, person, surface.channel);
    const message = findMessage(channel, surface.ts);
    if (!message || (message.only !== null && message.only !== person))
      throw new Error(`${person} sees no message ${surface.ts} in ${channel.name}`);
    return { kind: 'message', message, channel, blocks: message.blocks, values: message.values };
  }
  const views = [workspace.modals.get(person)?.at(-1), workspace.homes.get(person)];
  const view = views.find((one) => one?.id === surface.id);
  if (!view) throw new Error(`${person} sees no view ${surface.id}`);
  return { kind: 'view', view, blocks: view.content.blocks, values: view.values };
}

function fillable(blocks: readonly Block[], blockId: string) {
  const block = blocks.find((one) => one['block_id'] === blockId);
  const element = block && elementsOf(block).find(({ type }) => type !== 'button');
  const ids = blocks.map((one) => one['block_id']).join(', ');
  if (!block || !element) throw new Error(`nothing to fill in block ${blockId}; there are: ${ids}`);
  return { block, element };
}

function checkComplete({ blocks, values }: Found): void {
  for (const block of blocks) {
    if (block['type'] !== 'input' || block['optional'] === true) continue;
    const { element } = fillable(blocks, String(block['block_id']));
    const value = values[String(block['block_id'])]?.[String(element['action_id'])];
    if (isEmpty(value)) throw new Error(`Slack wants the input ${block['block_id']} to be filled`);
  }
}

const submission = (view: View) => ({ view: viewFields(view), response_urls: [] });

function containerOf(found: Found) {
  if (found.kind === 'view') return { type: 'view', view_id: found.view.id };
  const { message, channel } = found;
  return {
    type: 'message',
    message_ts: message.ts,
    channel_id: channel.id,
    is_ephemeral: message.only !== null,
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
  };
}

function close({ modals, changed }: Workspace, view: View): void {
  const left = (modals.get(view.person) ?? []).filter((one) => one !== view);
  modals.set(view.person, left);
  changed();
}

/** Errors hang on input blocks; elsewhere Slack cannot show them. */
function errorsIn({ content }: View, errors: unknown): Record<string, string> {
  const inputs = content.blocks.filter(({ type }) => type === 'input');
  const ids = new Set(inputs.map((block) => block['block_id']));
  if (!isFields(errors) || Object.keys(errors).length === 0) throw new Refused('invalid_errors');
  return Object.fromEntries(
    Object.entries(errors).map(([blockId, words]) => {
      if (!ids.has(blockId) || typeof words !== 'string') throw new Refused('invalid_errors');
      return [blockId, words];
    }),
  );
}
