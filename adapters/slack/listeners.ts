import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Delivery, Inbox } from '../../core/delivery.ts';
import type { Chosen, Commands } from '../../core/invocation.ts';
import type { Chat, Clock, Log } from '../../core/ports.ts';
import { botAdvice, channelAdvice } from './advice.ts';
import { buttonAction } from './buttons.ts';
import { slackError } from './faults.ts';
import type { Home } from './home.ts';
import {
  chosenIn,
  type FormOrigin,
  fieldAction,
  formModal,
  messageModal,
  noticeModal,
  openingModal,
  originOf,
  reasonCallback,
  reasonIn,
  reasonModal,
  startCallback,
} from './modals.ts';
import { type IdentityOf, namesIn } from './names.ts';
import {
  type BlockAction,
  blockAction,
  commandDelivery,
  pressOf,
  replyTo,
  slashCommand,
  viewSubmission,
} from './payloads.ts';
import { respond } from './respond.ts';
import { commandText } from './text.ts';

export type ListenerDeps = {
  client: WebClient;
  inbox: Inbox;
  commands: Commands;
  home: Home;
  chat: Pick<Chat, 'introduce'>;
  identityOf: IdentityOf;
  clock: Clock;
  log: Log;
};

const notTaken =
  'Dibs could not take that in time. Say it again, please: whatever was heard twice is done once.';
const notFilled = 'Dibs cannot look that up just now. Close this, and type /gpu again in a minute.';
const homeMillis = 15_000;

/**
 * What Bolt tells us. What somebody wants done is kept before Slack is told that it arrived, and
 * is done after; a form is opened at once, since its trigger lives for three seconds and one use.
 */
export function listen(app: App, deps: ListenerDeps): void {
  const { home, clock, log } = deps;

  app.command('/gpu', async ({ body, ack }) => {
    const heardAt = clock.now();
    const said = slashCommand.parse(body);
    const text = commandText(said.text).trim();
    const { user_id: externalId, channel_id: channel, trigger_id: id } = said;
    const reply = { kind: 'respond', url: said.response_url } as const;
    if (isFormAsked(text)) {
      await ack();
      return openForm(deps, { externalId, trigger: id, origin: { channel, reply, command: '' } });
    }
    const asked = { externalId, channel, text, id, reply, press: null };
    if (await isTaken(deps, commandDelivery(asked, heardAt))) return ack();
    return ack({ response_type: 'ephemeral', text: notTaken });
  });

  app.action(buttonAction, async ({ body, ack, respond: answer }) => {
    const heardAt = clock.now();
    const action = blockAction.parse(body);
    const asked = askedBy(action);
    if (asked === null) return ack();
    if ('form' in asked) {
      await ack();
      if (asked.form === startCallback) return openForm(deps, asked);
      const { asks, title, origin } = asked;
      await open(deps, asked, reasonModal(asks, title, origin));
      return;
    }
    const isKept = await isTaken(deps, commandDelivery(asked, heardAt));
    // Where nothing can be said, Slack itself says that it did not work.
    if (!isKept && action.response_url === undefined) return;
    await ack();
    if (!isKept)
      await answer({ response_type: 'ephemeral', replace_original: false, text: notTaken });
  });

  app.action(fieldAction, async ({ body, ack }) => {
    await ack();
    const { view, user } = blockAction.parse(body);
    if (view?.type !== 'modal' || view.private_metadata === '') return;
    const chosen = chosenIn(view.state);
    const shown = await startModal(deps, {
      externalId: user.id,
      origin: originOf(view.private_metadata),
      chosen,
    });
    await deps.client.views
      .update({ view_id: view.id, ...(view.hash ? { hash: view.hash } : {}), view: shown })
      // Something else was chosen meanwhile, and its own update is on its way.
      .catch((error: unknown) => log.debug('a form was not updated', { error }));
  });

  app.view(/^(start|reason)$/, async ({ body, ack }) => {
    const heardAt = clock.now();
    const { user, view } = viewSubmission.parse(body);
    const { channel, reply, command } = originOf(view.private_metadata);
    const text =
      body.view.callback_id === reasonCallback
        ? `${command} ${reasonIn(view.state)}`.trim()
        : deps.commands.startCommand(chosenIn(view.state));
    const said = { externalId: user.id, channel, text, id: `view:${view.id}`, reply, press: null };
    if (await isTaken(deps, commandDelivery(said, heardAt))) return ack();
    const [first] = body.view.blocks;
    return ack({
      response_action: 'errors',
      errors: { [first?.block_id ?? '']: notTaken },
    });
  });

  hearOfLosses(app, log);

  app.event('app_home_opened', async ({ event }) => {
    if (event.tab === 'home') await home.show(event.user, null, AbortSignal.timeout(homeMillis));
  });
}

/** What an administrator of the workspace has changed, and is to be told of. */
function hearOfLosses(app: App, log: Log): void {
  for (const event of ['tokens_revoked', 'app_uninstalled'] as const)
    app.event(event, async () => {
      log.error('Slack has taken our tokens back', { event, advice: botAdvice['token_revoked'] });
    });

  for (const event of ['channel_archive', 'group_archive', 'channel_left', 'group_left'] as const)
    app.event(event, async ({ event: { channel } }) => {
      log.warn('Dibs can no longer post in a channel', { event, channel, advice: channelAdvice });
    });
}

/** Without anything to go by, what is wanted is chosen in a form. */
function isFormAsked(text: string): boolean {
  return text === '' || text === 'start';
}

type Asked =
  | ({ form: typeof startCallback } & FormAsked)
  | ({ form: typeof reasonCallback; asks: string; title: string } & FormAsked)
  | Parameters<typeof commandDelivery>[0];

/** What a press is for; null: for nothing of ours. */
function askedBy(action: BlockAction): Asked | null {
  const pressed = pressOf(action);
  if (pressed === null) return null;
  const { user, container, trigger_id: trigger } = action;
  const externalId = user.id;
  const channel = container.channel_id ?? '';
  const { command, asks, title = 'Answer' } = pressed;
  const reply = replyTo(action, pressed);
  const origin = { channel, reply, command };
  if (asks !== null) return { form: reasonCallback, externalId, trigger, origin, asks, title };
  if (isFormAsked(command)) return { form: startCallback, externalId, trigger, origin };
  const press = `${container.message_ts ?? 'home'}:${pressed.action}:${command}`;
  return { externalId, channel, text: command, id: trigger, reply, press };
}

/** False: it could not be kept in time, and nothing will come of it. */
async function isTaken({ inbox, log }: ListenerDeps, delivery: Delivery): Promise<boolean> {
  try {
    await inbox.take(delivery);
    return true;
  } catch (error) {
    log.error('what somebody said could not be kept', { error });
    return false;
  }
}

type FormAsked = { externalId: string; trigger: string; origin: FormOrigin };

async function openForm(deps: ListenerDeps, asked: FormAsked): Promise<void> {
  const { externalId, origin } = asked;
  const id = await open(deps, asked, openingModal(origin));
  if (id === null) return;
  const shown = await startModal(deps, { externalId, origin, chosen: {} }).catch(
    (error: unknown) => {
      deps.log.error('a form could not be filled', { error });
      return noticeModal(notFilled, origin);
    },
  );
  await deps.client.views.update({ view_id: id, view: shown });
}

/** The id of the form; null: it is open already, or Slack did not open it and the person was told. */
async function open(
  { client, log }: ListenerDeps,
  { trigger, origin }: FormAsked,
  view: ModalView,
): Promise<string | null> {
  try {
    const opened = await client.views.open({ trigger_id: trigger, view });
    return opened.view?.id ?? null;
  } catch (error) {
    // Asked for once and delivered twice: it is open already.
    if (slackError(error) === 'exchanged_trigger_id') return null;
    log.warn('a form was not opened', { error });
    const { reply } = origin;
    if (reply?.kind === 'respond' || reply?.kind === 'replace')
      await respond({ ...reply, kind: 'respond' }, { text: tooLate, blocks: [] }, openingSignal());
    return null;
  }
}

const tooLate = 'That took too long for Slack to open a form. Try it once more, please.';
const openingSignal = () => AbortSignal.timeout(homeMillis);

/** The form of a start, or why there is none to be had. */
async function startModal(
  { commands, chat, identityOf, clock }: ListenerDeps,
  { externalId, origin, chosen }: { externalId: string; origin: FormOrigin; chosen: Chosen },
): Promise<ModalView> {
  const at = { externalId, channel: origin.channel };
  const asker = await chat.introduce(at, AbortSignal.timeout(homeMillis));
  const shown = await commands.startForm({ platform: 'slack', externalId, ...asker }, chosen);
  const message = 'form' in shown ? shown.form.quote : shown.message;
  const words = { names: await namesIn(message, identityOf), now: clock.now() };
  return 'form' in shown
    ? formModal(shown.form, origin, words)
    : messageModal(message, origin, words);
}
