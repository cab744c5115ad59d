import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorOf, impatientClient, labManifest, labScopes, openLab } from '../support/slack/lab.ts';
import { startSlackServer } from '../support/slack-server.ts';

let slack: Awaited<ReturnType<typeof openLab>>;
beforeEach(async () => {
  slack = await openLab();
});
afterEach(() => slack.close());

const asBot = () => impatientClient(slack, slack.tokens.bot);
const post = (channel: string, text = 'hello') => asBot().chat.postMessage({ channel, text });

describe('the manifest', () => {
  it.each([
    [{ scopes: ['chat:write'] }, 'missing scope: commands'],
    [{ scopes: ['commands'] }, 'channel_archive needs the scope channels:read'],
  ])('is refused where %j does not cover what it asks for', async (changes, words) => {
    await expect(startSlackServer({ manifest: labManifest(changes) })).rejects.toThrow(words);
  });

  it('may not claim a command of Slack itself, or one that is not well-formed', async () => {
    const named = (command: string) => {
      const manifest = labManifest();
      manifest.features.slash_commands = [{ command, description: 'x', should_escape: true }];
      return startSlackServer({ manifest });
    };
    await expect(named('/status')).rejects.toThrow('a command of Slack itself');
    await expect(named('gpu')).rejects.toThrow('must start with /');
  });
});

describe('tokens and scopes', () => {
  it('are checked before anything else, and every answer tells the scopes', async () => {
    const { response_metadata } = await asBot().auth.test();
    expect(response_metadata?.scopes).toEqual(labScopes);
    expect(await errorOf(impatientClient(slack, 'xoxb-other').auth.test())).toBe('invalid_auth');
    expect(await errorOf(asBot().apps.connections.open())).toBe('not_allowed_token_type');
    expect(await errorOf(asBot().apiCall('chat.shout'))).toBe('unknown_method');
    await slack.trouble.revokeTokens();
    expect(await errorOf(post('CLAB'))).toBe('token_revoked');
  });

  it('a missing scope is named', async () => {
    const poor = await startSlackServer({
      manifest: labManifest({ scopes: labScopes.filter((scope) => scope !== 'users:read') }),
    });
    const call = impatientClient(poor, poor.tokens.bot).users.info({ user: 'UALICE' });
    await expect(call).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'users:read', provided: expect.any(String) },
    });
    await poor.close();
  });

  it('an argument that the method does not have is refused', async () => {
    const call = asBot().apiCall('chat.postMessage', { channel: 'CLAB', text: 'x', thread: '1' });
    expect(await errorOf(call)).toBe('invalid_arguments');
  });
});

describe('messages', () => {
  it('go only where the bot is, and not into an archive', async () => {
    expect(await errorOf(post('CELSEWHERE'))).toBe('not_in_channel');
    expect(await errorOf(post('CSECRET'))).toBe('channel_not_found');
    expect(await errorOf(post('UALICE'))).toBe('channel_not_found');
    expect(await errorOf(post('CLAB', ' '))).toBe('no_text');
    await slack.trouble.archive('CLAB');
    expect(await errorOf(post('CLAB'))).toBe('is_archived');
  });

  it('are edited by their author alone, and keep their blocks where the edit has none', async () => {
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'as it was' } }];
    const own = await asBot().chat.postMessage({ channel: 'CLAB', text: 'x', blocks });
    await asBot().chat.update({ channel: 'CLAB', ts: own.ts ?? '', text: 'y' });
    await slack.say('UALICE', { channel: 'CLAB' }, 'mine');
    const [first, second] = slack.messagesSeenBy('UBOB', 'CLAB');
    expect(first).toMatchObject({ text: 'y', words: 'as it was', isEdited: true });
    const edit = (ts = '') => errorOf(asBot().chat.update({ channel: 'CLAB', ts, text: 'z' }));
    expect(await edit(second?.ts)).toBe('cant_update_message');
    expect(await edit('1.000000')).toBe('message_not_found');
  });

  it('are ephemeral for one person of the channel, and out of reach for edits and history', async () => {
    const whisper = (user: string) =>
      asBot().chat.postEphemeral({ channel: 'CLAB', user, text: 'only you' });
    const { message_ts: ts = '' } = await whisper('UALICE');
    expect(await errorOf(whisper('USTRANGER'))).toBe('user_not_in_channel');
    expect(slack.messagesSeenBy('UALICE', 'CLAB')).toMatchObject([{ isEphemeral: true }]);
    expect(slack.messagesSeenBy('UBOB', 'CLAB')).toEqual([]);
    const edit = asBot().chat.update({ channel: 'CLAB', ts, text: 'z' });
    expect(await errorOf(edit)).toBe('message_not_found');
    const { messages } = await asBot().conversations.history({ channel: 'CLAB' });
    expect(messages).toEqual([]);
  });

  it('are found again by their metadata, page by page, with their threads apart', async () => {
    const metadata = { event_type: 'notice', event_payload: { key: '7' } };
    const root = await asBot().chat.postMessage({ channel: 'CLAB', text: 'one', metadata });
    const thread = { channel: 'CLAB', thread_ts: root.ts ?? '' };
    await asBot().chat.postMessage({ ...thread, text: 'below' });
    await post('CLAB', 'two');
    const about = { channel: 'CLAB', include_all_metadata: true, limit: 1 };
    const first = await asBot().conversations.history(about);
    const cursor = first.response_metadata?.next_cursor ?? '';
    const second = await asBot().conversations.history({ ...about, cursor });
    expect([first, second].map(({ messages }) => messages?.[0]?.text)).toEqual(['two', 'one']);
    expect(second.messages?.[0]?.metadata).toEqual(metadata);
    const replies = await asBot().conversations.replies({ channel: 'CLAB', ts: root.ts ?? '' });
    expect(replies.messages?.map(({ text }) => text)).toEqual(['one', 'below']);
    expect(
      await errorOf(asBot().chat.postMessage({ ...thread, thread_ts: '1.1', text: 'x' })),
    ).toBe('thread_not_found');
  });

  it('over about one a second in a channel are answered with 429 and when to come again', async () => {
    for (const text of ['1', '2', '3', '4']) await post('CLAB', text);
    await expect(post('CLAB', '5')).rejects.toMatchObject({
      code: 'slack_webapi_rate_limited_error',
      retryAfter: 1,
    });
    await slack.passTime(1);
    expect(await errorOf(post('CLAB', '5'))).toBeNull();
  });

  it('may be posted though their answer is lost, and others may fail outright', async () => {
    slack.trouble.loseAnswers({ method: 'chat.postMessage', times: 1 });
    expect(await errorOf(post('CLAB'))).toBe('slack_webapi_request_error');
    slack.trouble.failApi({ method: 'chat.postMessage', status: 503, times: 1 });
    expect(await errorOf(post('CLAB'))).toBe('slack_webapi_http_error');
    slack.trouble.rateLimit({ method: 'chat.postMessage', seconds: 30, times: 1 });
    await expect(post('CLAB')).rejects.toMatchObject({ retryAfter: 30 });
    expect(slack.messagesSeenBy('UALICE', 'CLAB')).toHaveLength(1);
    expect(slack.calls.map(({ error }) => error)).toEqual([null, '503', 'ratelimited']);
  });
});

describe('people, channels and files', () => {
  it('tell members from guests, strangers and bots', async () => {
    const about = async (user: string) => (await asBot().users.info({ user })).user;
    expect(await about('UALICE')).toMatchObject({ is_restricted: false, name: 'alice' });
    expect(await about('UBOB')).toMatchObject({ is_restricted: true, tz: 'Asia/Tokyo' });
    expect(await about('USTRANGER')).toMatchObject({ is_stranger: true, team_id: 'T0ELSEWHERE' });
    expect(await about(slack.bot.userId)).toMatchObject({ is_bot: true });
    expect(await errorOf(about('UNOBODY'))).toBe('user_not_found');
  });

  it('user groups have members', async () => {
    slack.addGroup({ id: 'SADMINS', handle: 'gpu-admins', members: ['UALICE'] });
    const { usergroups } = await asBot().usergroups.list();
    expect(usergroups).toMatchObject([{ id: 'SADMINS', handle: 'gpu-admins' }]);
    const { users } = await asBot().usergroups.users.list({ usergroup: 'SADMINS' });
    expect(users).toEqual(['UALICE']);
  });

  it('a channel that the bot is in says so, and one that it cannot see is not there', async () => {
    const about = async (channel: string) =>
      (await asBot().conversations.info({ channel, include_num_members: true })).channel;
    expect(await about('CLAB')).toMatchObject({ is_member: true, num_members: 3 });
    expect(await about('CELSEWHERE')).toMatchObject({ is_member: false });
    expect(await errorOf(about('CSECRET'))).toBe('channel_not_found');
    await asBot().conversations.join({ channel: 'CELSEWHERE' });
    expect(await errorOf(post('CELSEWHERE'))).toBeNull();
  });

  it('a direct message is one conversation for each person', async () => {
    const open = async () => (await asBot().conversations.open({ users: 'UBOB' })).channel?.id;
    const channel = (await open()) ?? '';
    expect(await open()).toBe(channel);
    await post(channel, 'just us');
    expect(slack.directMessages('UBOB')).toMatchObject({
      channel,
      messages: [{ text: 'just us' }],
    });
    expect(slack.messagesSeenBy('UALICE', channel)).toEqual([]);
    expect(await errorOf(asBot().conversations.open({ users: slack.bot.userId }))).toBe(
      'cannot_dm_bot',
    );
  });

  it('a file arrives whole, in the thread that it was meant for', async () => {
    const { ts: thread_ts = '' } = await post('CLAB');
    const file = Buffer.from('date,amount\r\n');
    const about = { channel_id: 'CLAB', thread_ts, filename: 'history.csv', title: 'History' };
    await asBot().filesUploadV2({ ...about, file });
    const [, upload] = slack.messagesSeenBy('UALICE', 'CLAB');
    expect(upload).toMatchObject({ threadTs: thread_ts, files: [{ name: 'history.csv' }] });
    expect(upload?.files[0]?.content).toEqual(file);
    const named = [{ id: 'F1', title: 'x' }] as const;
    const complete = asBot().files.completeUploadExternal({
      files: [...named],
      channel_id: 'CLAB',
    });
    expect(await errorOf(complete)).toBe('file_not_found');
  });
});

it('a reaction stands once for each person, and can be taken away once', async () => {
  const { ts: timestamp = '' } = await post('CLAB');
  const reaction = { channel: 'CLAB', timestamp, name: 'white_check_mark' };
  await asBot().reactions.add(reaction);
  expect(await errorOf(asBot().reactions.add(reaction))).toBe('already_reacted');
  await asBot().reactions.remove(reaction);
  expect(await errorOf(asBot().reactions.remove(reaction))).toBe('no_reaction');
  const elsewhere = asBot().reactions.add({ ...reaction, timestamp: '1.000000' });
  expect(await errorOf(elsewhere)).toBe('message_not_found');
});

it('an outage refuses every connection until it is over', async () => {
  await slack.trouble.outage(true);
  expect(await errorOf(asBot().auth.test())).toBe('slack_webapi_request_error');
  await slack.trouble.outage(false);
  expect(await errorOf(asBot().auth.test())).toBeNull();
});
