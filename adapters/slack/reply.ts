/**
 * What Slack gives along for answering, in the words of this adapter: kept with the delivery, and
 * given back with the answer.
 */
export type SlackReply =
  /** A response_url: five answers within half an hour, seen by the asker alone. */
  | { kind: 'respond'; url: string }
  /** The same, in place of the private message whose button was pressed. */
  | { kind: 'replace'; url: string }
  /** On the asker's Home tab, above the rest. */
  | { kind: 'home' };

export function formatReply(reply: SlackReply): string {
  return reply.kind === 'home' ? 'home' : `${reply.kind} ${reply.url}`;
}

export function parseReply(reply: string | null): SlackReply | null {
  if (reply === null) return null;
  if (reply === 'home') return { kind: 'home' };
  const [kind, url = ''] = reply.split(' ');
  return kind === 'replace' ? { kind, url } : { kind: 'respond', url };
}
