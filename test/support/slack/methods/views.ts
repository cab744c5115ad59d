import { blocksOf, problemsOfView } from '../blocks.ts';
import { isFields } from '../check.ts';
import type { View } from '../entities.ts';
import { initialValues } from '../inputs.ts';
import { limits } from '../limits.ts';
import { withIds } from '../messages.ts';
import type { Arguments, Method, MethodContext } from '../method.ts';
import { Refused, refusedFor } from '../refused.ts';
import { viewFields } from '../wire.ts';
import { secret, type Workspace } from '../workspace.ts';

const open: Method = {
  token: 'bot',
  scope: null,
  args: { trigger_id: 'text', view: 'json' },
  run: (args, context) => ({ view: viewFields(openModal(args, context)) }),
};

const update: Method = {
  token: 'bot',
  scope: null,
  args: { 'view_id?': 'text', 'external_id?': 'text', 'hash?': 'text', view: 'json' },
  run(args, { workspace }) {
    const content = args.json('view');
    const all = [...workspace.homes.values(), ...[...workspace.modals.values()].flat()];
    const found = all.find(
      ({ id, content: { external_id } }) =>
        id === args.text('view_id') ||
        (args.has('external_id') && external_id === args.text('external_id')),
    );
    if (!found) throw new Refused('not_found');
    if (args.has('hash') && args.text('hash') !== found.hash) throw new Refused('hash_conflict');
    replaceView(workspace, found, content);
    return { view: viewFields(found) };
  },
};

const publish: Method = {
  token: 'bot',
  scope: null,
  args: { user_id: 'text', view: 'json', 'hash?': 'text' },
  run(args, { workspace }) {
    if (!workspace.manifest.features.app_home?.home_tab_enabled) throw new Refused('not_enabled');
    const person = args.text('user_id');
    if (!workspace.people.has(person)) throw new Refused('user_not_found');
    const known = workspace.homes.get(person);
    if (known && args.has('hash') && args.text('hash') !== known.hash)
      throw new Refused('hash_conflict');
    const home = known ?? newView(workspace, { kind: 'home', person }, args.json('view'));
    if (known) replaceView(workspace, known, args.json('view'));
    workspace.homes.set(person, home);
    workspace.changed();
    return { view: viewFields(home) };
  },
};

export const viewMethods = {
  'views.open': open,
  'views.push': open,
  'views.update': update,
  'views.publish': publish,
};

function openModal(args: Arguments, { workspace, tickets }: MethodContext): View {
  const person = tickets.useTrigger(args.text('trigger_id'));
  return pushModal(workspace, person, args.json('view'));
}

/** A modal over whatever modal is open. */
export function pushModal(workspace: Workspace, person: string, content: unknown): View {
  const stack = workspace.modals.get(person) ?? [];
  const view = newView(workspace, { kind: 'modal', person }, content);
  if (stack.length >= limits.views.open) throw new Refused('push_limit_reached');
  workspace.modals.set(person, [...stack, view]);
  workspace.changed();
  return view;
}

function newView(workspace: Workspace, about: Pick<View, 'kind' | 'person'>, content: unknown) {
  const view: View = {
    ...about,
    id: workspace.newId('V'),
    hash: '',
    content: { blocks: [] },
    values: {},
    errors: {},
  };
  replaceView(workspace, view, content);
  return view;
}

/** Inputs whose block and action ids stay keep what the person put into them. */
export function replaceView(workspace: Workspace, view: View, content: unknown): void {
  const problems = problemsOfView(view.kind, content);
  if (problems.length > 0 || !isFields(content)) throw refusedFor('invalid_arguments', problems);
  if (JSON.stringify(content).length > limits.view.size) throw new Refused('view_too_large');
  const blocks = withIds(workspace, blocksOf(content['blocks']));
  view.content = { ...content, blocks };
  view.values = initialValues(blocks, view.values);
  view.errors = {};
  view.hash = `${Math.floor(workspace.clock.now() / 1000)}.${secret().slice(0, 8)}`;
  workspace.changed();
}
