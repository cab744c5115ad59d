import { among, type Check, type Fields, flag, problemsOf, shape } from './check.ts';
import { readContent } from './content.ts';
import { addMessage, findMessage, withIds } from './messages.ts';
import { Refused, refusedFor } from './refused.ts';
import type { ResponseTarget } from './tickets.ts';
import { channelOf, type Workspace } from './workspace.ts';

const anything: Check = () => {};
const response = shape({
  'text?': anything,
  'blocks?': anything,
  'thread_ts?': anything,
  'response_type?': among('ephemeral', 'in_channel'),
  'replace_original?': flag,
  'delete_original?': flag,
  'unfurl_links?': flag,
  'unfurl_media?': flag,
  'mrkdwn?': flag,
});

/** What an app says through a response URL, or in its acknowledgement of a command. */
export function respond(workspace: Workspace, target: ResponseTarget, sent: Fields): void {
  const problems = problemsOf(response, sent);
  if (problems.length > 0) throw refusedFor('invalid_payload', problems);
  const channel = channelOf(workspace, target.channel);
  const original = target.ts === null ? null : findMessage(channel, target.ts);
  if (channel.isArchived) throw new Refused('is_archived');
  if (sent['delete_original'] === true) {
    if (!original) throw new Refused('message_not_found');
    channel.messages.splice(channel.messages.indexOf(original), 1);
    return void workspace.changed();
  }
  const { text, blocks } = readContent({
    text: () => String(sent['text'] ?? ''),
    json: () => sent['blocks'],
  });
  if (sent['replace_original'] === true && target.ts !== null) {
    if (!original) throw new Refused('message_not_found');
    Object.assign(original, { text, blocks: withIds(workspace, blocks), isEdited: true });
    return void workspace.changed();
  }
  const only = sent['response_type'] === 'in_channel' ? null : target.person;
  const threadTs = typeof sent['thread_ts'] === 'string' ? sent['thread_ts'] : null;
  addMessage(workspace, channel, { user: workspace.bot.userId, text, blocks, only, threadTs });
}
