import { App, SocketModeReceiver } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorOf, impatientClient, openLab, silent } from '../support/slack/lab.ts';

let slack: Awaited<ReturnType<typeof openLab>>;
let app: App;
beforeEach(async () => {
  slack = await openLab();
  const clientOptions = { slackApiUrl: slack.apiUrl };
  const { tokens } = slack;
  const installerOptions = { clientOptions };
  const receiver = new SocketModeReceiver({
    appToken: tokens.app,
    installerOptions,
    logger: silent,
  });
  app = new App({ token: tokens.bot, receiver, clientOptions, logger: silent });
  app.command('/gpu', async ({ ack, client, body }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view: modal('Nothing yet') });
  });
  await app.start();
});
afterEach(async () => {
  await app.stop();
  await slack.close();
});

const asBot = () => impatientClient(slack, slack.tokens.bot);
const plain = (text: string) => ({ type: 'plain_text', text }) as const;
const option = (value: string) => ({ text: plain(value.toUpperCase()), value });

function modal(price: string): ModalView {
  return {
    type: 'modal',
    callback_id: 'start',
    private_metadata: 'CLAB',
    title: plain('Start'),
    submit: plain('Start'),
    blocks: [
      {
        type: 'input',
        block_id: 'type',
        dispatch_action: true,
        label: plain('Type'),
        element: {
          type: 'static_select',
          action_id: 'type',
          options: [option('a100'), option('l4')],
        },
      },
      {
        type: 'input',
        block_id: 'why',
        label: plain('Why?'),
        element: { type: 'plain_text_input', action_id: 'why', max_length: 10 },
      },
      { type: 'section', block_id: 'price', text: { type: 'mrkdwn', text: price } },
    ],
  };
}

/** Types the command, and waits until its modal is there. */
async function openModal() {
  await slack.command('UALICE', 'CLAB', '');
  await slack.until(() => slack.viewsOf('UALICE').modal !== null);
  return topModal();
}

function topModal() {
  const { modal: top } = slack.viewsOf('UALICE');
  if (!top) throw new Error('no modal is open');
  return top;
}

it('a choice that is dispatched reaches the app, and its update keeps what was filled in', async () => {
  app.action('type', async ({ ack, client, body }) => {
    await ack();
    const { id = '', hash = '' } = 'view' in body && body.view ? body.view : {};
    await client.views.update({ view_id: id, hash, view: modal('3 credits an hour') });
  });
  const opened = await openModal();
  expect(await slack.fill('UALICE', opened, { why: 'training' })).toBeNull();
  expect(await slack.fill('UALICE', opened, { type: 'l4' })).toMatchObject({ acked: true });
  await slack.until(() => topModal().words.includes('3 credits an hour'));
  expect(topModal().values).toMatchObject({
    type: { type: { selected_option: { value: 'l4' } } },
    why: { why: { value: 'training' } },
  });
  expect(topModal()).toMatchObject({ privateMetadata: 'CLAB', callbackId: 'start' });
});

it('an update of a view that has changed since is refused', async () => {
  const { id, hash } = await openModal();
  await asBot().views.update({ view_id: id, hash, view: modal('one') });
  const stale = asBot().views.update({ view_id: id, hash, view: modal('two') });
  expect(await errorOf(stale)).toBe('hash_conflict');
  await slack.dismiss('UALICE', { id });
  expect(await errorOf(asBot().views.update({ view_id: id, view: modal('x') }))).toBe('not_found');
});

it('a submission shows the errors of the app, and closes the modal once there are none', async () => {
  app.action('type', ({ ack }) => ack());
  app.view('start', async ({ ack, view }) => {
    const why = view.state.values['why']?.['why']?.value;
    if (why === 'no') await ack({ response_action: 'errors', errors: { why: 'Say more.' } });
    else await ack();
  });
  const opened = await openModal();
  await expect(slack.submit('UALICE', opened, { type: 'a100' })).rejects.toThrow('why');
  const tooLong = slack.submit('UALICE', opened, { why: 'x'.repeat(11) });
  await expect(tooLong).rejects.toThrow('0 to 10 characters');
  await slack.submit('UALICE', opened, { type: 'a100', why: 'no' });
  expect(topModal().errors).toEqual({ why: 'Say more.' });
  expect(await slack.submit('UALICE', opened, { why: 'training' })).toMatchObject({
    problem: null,
  });
  expect(slack.viewsOf('UALICE').modal).toBeNull();
});

it('an answer to a submission is checked as any view is, and errors name inputs only', async () => {
  const answers = [
    { response_action: 'errors', errors: { price: 'too much' } },
    { response_action: 'update', view: { ...modal('x'), title: plain('x'.repeat(25)) } },
    { response_action: 'update', view: modal('updated') },
    { response_action: 'clear' },
  ] as const;
  const rest = [...answers];
  app.action('type', ({ ack }) => ack());
  app.view('start', async ({ ack }) => {
    const answer = rest.shift();
    if (answer) await ack(answer);
  });
  const opened = await openModal();
  const problems = [];
  for (const _ of answers) {
    const { problem } = await slack.submit('UALICE', opened, { type: 'l4', why: 'x' });
    problems.push(problem);
  }
  expect(problems).toEqual(['invalid_errors', 'invalid_arguments', null, null]);
  expect(slack.viewsOf('UALICE').modal).toBeNull();
});

it('the home is published to a person, told of when it is opened, and has buttons', async () => {
  app.event('app_home_opened', async ({ client, event }) => {
    const elements = [{ type: 'button', text: plain('Refresh'), action_id: 'refresh' } as const];
    const view = { type: 'home', blocks: [{ type: 'actions', elements }] } as const;
    await client.views.publish({
      user_id: event.user,
      view: { ...view, blocks: [...view.blocks] },
    });
  });
  app.action('refresh', ({ ack }) => ack());
  await slack.openHome('UBOB');
  await slack.until(() => slack.viewsOf('UBOB').home !== null);
  const { home } = slack.viewsOf('UBOB');
  expect(home?.buttons).toEqual(['Refresh']);
  const pressed = await slack.press('UBOB', { id: home?.id ?? '' }, 'Refresh');
  expect(pressed).toMatchObject({ acked: true, body: { view: { type: 'home' } } });
  expect(slack.viewsOf('UALICE').home).toBeNull();
});
