import type { Message, MessageAction, MessagePart, Text } from '../../core/message.ts';
import type { ApprovalPolicy, PriceList } from '../../core/policy.ts';
import type { Balance, Board, GrantRequestView, SessionView, SshKeyView } from '../../core/view.ts';
import { renderBalance } from './balance.ts';
import { keysParts, noKeysWords } from './key.ts';
import { renderBoard } from './overview.ts';
import { renderRequest, withdrawAction } from './request.ts';
import { type Place, renderSession } from './session.ts';
import { code, strong } from './words.ts';

/** What one person may see at one moment. */
export type HomePage = {
  now: Date;
  sessions: readonly { session: SessionView; place: Place | null }[];
  balance: { team: Balance; own: Balance };
  board: Board;
  prices: PriceList;
  approval: ApprovalPolicy;
  keys: readonly SshKeyView[];
  /** Those of the person that are pending, and those that wait for their decision. */
  requests: { own: readonly GrantRequestView[]; toDecide: readonly GrantRequestView[] };
};

/** It is read at a glance; what is more is told by commands. */
const most = { sessions: 5, requests: 5, keys: 5, board: { taken: 10, waiting: 5 } };

export function renderHome(page: HomePage): Message {
  const { balance, board, prices, keys, now } = page;
  return {
    title: null,
    tone: 'neutral',
    parts: [
      ...sessionsParts(page.sessions),
      ...section(renderBalance(balance.team, { besides: balance.own, now })),
      ...section(renderBoard(board, prices, most.board)),
      ...requestsParts(page),
      ...(keys.length === 0 ? [] : keysParts(keys, most.keys)),
      { kind: 'heading', text: 'Help' },
      { kind: 'text', text: helpWords },
      ...(keys.length === 0 ? [{ kind: 'text', text: noKeysWords } as const] : []),
    ],
  };
}

const helpWords: Text = [
  code('/gpu start a100 2h'),
  ' in a channel starts a session there, and its team pays. ',
  code('/gpu help'),
  ' shows all commands.',
];

/** Where a chat can show a form, a start without a word more asks with one. */
const startAction = (style: MessageAction['style']): MessageAction => {
  const plainly = { confirm: null, asks: null, settles: false };
  return { label: 'Start a session', command: 'start', style, ...plainly };
};

function sessionsParts(sessions: HomePage['sessions']): MessagePart[] {
  return [
    { kind: 'heading', text: 'My sessions' },
    ...sessions.slice(0, most.sessions).flatMap(({ session, place }): MessagePart[] => {
      const { title, parts } = renderSession(session, place);
      // Its figures change all the time: a button asks for them.
      const calm = parts.filter(({ kind }) => kind !== 'table');
      return [{ kind: 'text', text: [strong(title ?? session.name)] }, ...calm];
    }),
    ...moreParts(sessions.length - most.sessions, [': ', code('/gpu list'), '.']),
    ...(sessions.length === 0
      ? [{ kind: 'text', text: ['You have no session, and nothing that waits in line.'] } as const]
      : []),
    { kind: 'actions', actions: [startAction(sessions.length === 0 ? 'primary' : 'plain')] },
  ];
}

function requestsParts({ requests, approval }: HomePage): MessagePart[] {
  const { own, toDecide } = requests;
  if (own.length + toDecide.length === 0) return [];
  const parts = (request: GrantRequestView, action: MessageAction | null): MessagePart[] => {
    const { title, parts: all } = renderRequest(request, approval);
    // Nobody reacts to a page; and who asked has no vote.
    const shown = all.filter(({ kind }) => kind === 'text' || (kind === 'actions' && !action));
    const actions: MessagePart[] = action ? [{ kind: 'actions', actions: [action] }] : [];
    return [{ kind: 'text', text: [strong(title ?? '')] }, ...shown, ...actions];
  };
  const elsewhere: Text = [', each with a message of its own.'];
  return [
    { kind: 'heading', text: 'Requests for credits' },
    ...own.slice(0, most.requests).flatMap((request) => parts(request, withdrawAction(request))),
    ...moreParts(own.length - most.requests, elsewhere),
    ...toDecide.slice(0, most.requests).flatMap((request) => parts(request, null)),
    ...moreParts(toDecide.length - most.requests, elsewhere),
  ];
}

function section({ title, parts }: Message): MessagePart[] {
  return [...(title === null ? [] : [{ kind: 'heading', text: title } as const]), ...parts];
}

function moreParts(count: number, where: Text): MessagePart[] {
  return count <= 0 ? [] : [{ kind: 'text', text: [`And ${count} more`, ...where] }];
}
