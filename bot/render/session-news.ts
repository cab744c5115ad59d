import { unreachable } from '../../core/assert.ts';
import type { SessionNews } from '../../core/change.ts';
import type { Message } from '../../core/message.ts';
import type { SessionView } from '../../core/view.ts';
import { formatDuration } from '../duration.ts';
import { renderEnded } from './session.ts';
import { areHeld, clock, sentence, strong } from './words.ts';

/** A line under the session's message. */
export function renderSessionNews(session: SessionView, news: SessionNews): Message {
  switch (news.kind) {
    case 'extended':
      return sentence(
        'good',
        strong(news.by),
        ` extended it by ${formatDuration(news.seconds)}`,
        ...(news.until ? [': it runs until ', clock(news.until)] : []),
        `. ${areHeld(session.held)}.`,
      );
    case 'warned':
      return sentence('warning', `It ends in ${formatDuration(news.seconds)}, unless extended.`);
    case 'silent':
      return sentence('warning', 'Its host does not answer. Until it does, nothing is charged.');
    case 'answers':
      return sentence('good', 'Its host answers again. The session is as it was.');
    case 'ended':
      return renderEnded(session);
    default:
      return unreachable(news);
  }
}
