import { leavePathOf } from './address.ts';

/** What we say ourselves where no session answers: a page for people, a sentence for scripts. */
export type Said = {
  status: number;
  title: string;
  text: readonly string[];
  /** What to type in chat. */
  type: string | null;
  /** When it ended, shown in the reader's own zone. */
  at: Date | null;
  /** Worth another try in so many seconds, which the page does by itself. */
  retrySeconds: number | null;
  /** The page's only button. */
  button: Button | null;
};

type Button = {
  words: string;
  /** What it asks for, by POST. Null: the same address again, which the page does by itself. */
  path: string | null;
};

const plain = { type: null, at: null, retrySeconds: null, button: null } as const;

export const front: Said = {
  ...plain,
  status: 200,
  title: 'GPU sessions open here',
  text: ['Each holder gets a link of their own in chat. To see it again, type:'],
  type: '/gpu open',
};

export const nowhere: Said = {
  ...plain,
  status: 404,
  title: 'There is nothing at this address',
  text: ['A session is opened from chat. For the link to yours, type:'],
  type: '/gpu open',
};

export function opening(name: string): Said {
  const text = ['Your link is good. If nothing happens, press the button.'];
  const button = { words: `Open ${name}`, path: null };
  return { ...plain, status: 200, title: `Opening ${name} …`, text, button };
}

/** The session of one person is kept from pages of another's. The link is not used up by that. */
export function othersBrowser(name: string): Said {
  return {
    ...plain,
    status: 403,
    title: `${name} belongs to another person`,
    text: [
      'One browser opens the sessions of one person, and this one is in use by another. If somebody sent you this link, do not follow it: the session is theirs.',
      'If the session is yours, open the link in another browser or profile.',
      'Or make this browser yours: close the tabs of the other sessions, press the button, and follow the link again. They then need new links, and what they kept in this browser is cleared.',
    ],
    button: { words: 'Leave the other sessions', path: leavePathOf(name) },
  };
}

export function leaving(name: string): Said {
  return {
    ...plain,
    status: 200,
    title: 'Leave the sessions that are open in this browser',
    text: ['Close their tabs, then press the button. Each opens again by a new link from chat.'],
    button: { words: 'Leave these sessions', path: leavePathOf(name) },
  };
}

/** Whoever has no pass is told the same of every name, whether there is such a session or not. */
export function stranger(name: string): Said {
  return {
    ...plain,
    status: 403,
    title: `${name} is opened from chat`,
    text: [
      'This browser has no pass for it. A session opens to its holder alone, by a link that chat gives them. For a new one, type:',
    ],
    type: `/gpu open ${name}`,
  };
}

export function spent(name: string, why: 'used' | 'expired'): Said {
  const titles = {
    used: 'This link has been used',
    expired: 'This link is more than ten minutes old',
  };
  const text = [`Each link opens ${name} once, within ten minutes. For a new one, type:`];
  return { ...plain, status: 403, title: titles[why], text, type: `/gpu open ${name}` };
}

export const forged: Said = {
  ...plain,
  status: 403,
  title: 'This link is not whole',
  text: ['Perhaps a part of it was lost on the way. For a new one, type:'],
  type: '/gpu open',
};

export function ended(name: string, how: { words: string; endedAt: Date | null }): Said {
  return {
    ...plain,
    status: 410,
    title: `${name} has ended`,
    text: [
      `It ended: ${how.words}.`,
      'What was saved in /workspace is kept for your next session. To start one, type:',
    ],
    type: '/gpu start',
    at: how.endedAt,
  };
}

/** Names are used again: the link or cookie was for an earlier session. */
export function earlier(name: string): Said {
  return {
    ...plain,
    status: 410,
    title: `That ${name} has ended`,
    text: ['A later session has its name now. If that one is yours, type:'],
    type: `/gpu open ${name}`,
  };
}

export function notReady(name: string): Said {
  return {
    ...plain,
    status: 503,
    title: `${name} is not ready yet`,
    text: ['This page looks again by itself. To see how far it is, type:'],
    type: '/gpu status',
    retrySeconds: 5,
  };
}

export function silent(name: string): Said {
  return {
    ...plain,
    status: 502,
    title: `${name} does not answer`,
    text: [
      'Its host cannot be reached, or Jupyter in it has stopped. Time in which the host is lost is not charged.',
      'This page looks again by itself. To see what is known, type:',
    ],
    type: '/gpu status',
    retrySeconds: 5,
  };
}

export function unusable(name: string): Said {
  return {
    ...plain,
    status: 502,
    title: `${name} gave an answer that cannot be shown`,
    text: ['What runs in it sent a malformed answer, or one that leads to another address.'],
  };
}

export const unreadRecord: Said = {
  ...plain,
  status: 503,
  title: 'Sessions cannot be looked up right now',
  text: ['What runs goes on running. This page looks again by itself.'],
  retrySeconds: 5,
};

export function misdirected(host: string): Said {
  const text = [`Sessions are at ${host}. Use the link that chat gave you.`];
  return { ...plain, status: 421, title: 'This is not the address of any session', text };
}

export const foreign: Said = {
  ...plain,
  status: 403,
  title: 'Another page may not use a session',
  text: ['The request came from a page of another address.'],
};

export const unframed: Said = {
  ...plain,
  status: 400,
  title: 'The end of this body cannot be told',
  text: [
    'Connection may name neither Content-Length nor Transfer-Encoding. Nothing was passed on.',
  ],
};

/** Requests that no browser makes. */
export function refused(status: 400 | 405 | 411 | 414): Said {
  const titles = {
    400: 'This address cannot be read',
    405: 'This method is not passed on',
    411: 'A body of unknown length is not passed on with this method',
    414: 'This address is too long',
  };
  return { ...plain, status, title: titles[status], text: ['Nothing was passed on.'] };
}
