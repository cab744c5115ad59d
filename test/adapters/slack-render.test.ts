import { describe, expect, it } from 'vitest';
import { renderView } from '../../adapters/slack/render.ts';
import type { Message, MessagePart, Text } from '../../core/message.ts';
import { problemsOfMessage } from '../support/slack/blocks.ts';
import {
  anAction,
  aText,
  blocksOf,
  buttons,
  linesOf,
  rendered,
  slack,
  slackNames,
} from '../support/slack-rendered.ts';
import { noon } from '../support/world.ts';

describe('a message in Slack', () => {
  it.each<[Message['tone'], string]>([
    ['neutral', 'brave-otter'],
    ['progress', '🔵 brave-otter'],
    ['good', '🟢 brave-otter'],
    ['warning', '🟡 brave-otter'],
    ['bad', '🔴 brave-otter'],
  ])('that is %s is titled %s', (tone, title) => {
    expect(rendered({ title: 'brave-otter', tone }).blocks).toEqual([slack.header(title)]);
  });

  it('without a title has its sign at the first words', () => {
    const parts = [aText('Ask for less.'), aText('Or wait.')];
    expect(rendered({ tone: 'warning', parts }).blocks).toEqual([
      slack.section('🟡 Ask for less.'),
      slack.section('Or wait.'),
    ]);
  });

  it('does not let what somebody wrote mention everybody', () => {
    expect(blocksOf(aText('<!channel> @here'))).toEqual([slack.section('&lt;!channel&gt; @here')]);
  });

  it('has headings, which the Home tab makes chapters', () => {
    const message: Message = {
      title: 'Home',
      tone: 'neutral',
      parts: [{ kind: 'heading', text: 'Mine' }],
    };
    expect(rendered(message).blocks).toEqual([slack.header('Home'), slack.section('*Mine*')]);
    expect(renderView(message, { names: slackNames }).blocks).toEqual([
      slack.header('Home'),
      slack.header('Mine'),
    ]);
  });

  it('has short fields beside each other, ten at most in a block', () => {
    const fields = Array.from({ length: 11 }, (_, at) => ({ name: `n${at}`, value: [`v${at}`] }));
    const [ten, one] = blocksOf({ kind: 'fields', fields });
    expect(ten).toHaveProperty('fields.9.text', '*n9*\nv9');
    expect(one).toEqual({ type: 'section', fields: [slack.mrkdwn('*n10*\nv10')] });
  });

  it('has long fields below each other, in as few blocks as hold them', () => {
    const long = 'until about 14 April 2026 at the recent pace of 20 credits a day';
    const fields = [
      { name: 'Lasts', value: [long] },
      { name: '/gpu start <type>[xN] <duration>', value: ['Start a session.'] },
    ];
    expect(blocksOf({ kind: 'fields', fields })).toEqual([
      slack.section(
        `*Lasts:* ${long}\n*/gpu start &lt;type&gt;[xN] &lt;duration&gt;:* Start a session.`,
      ),
    ]);
    const many = Array.from({ length: 60 }, () => ({ name: 'Lasts', value: [long] }));
    expect(blocksOf({ kind: 'fields', fields: many })).toHaveLength(2);
  });

  it('measures a time in a field by what is shown of it', () => {
    const value: Text = [{ kind: 'time', at: noon, style: 'clock' }, ' or later'];
    const [block] = blocksOf({ kind: 'fields', fields: [{ name: 'Until', value }] });
    expect(block).toHaveProperty('fields');
  });

  it('says of a field that is empty that it is', () => {
    expect(blocksOf({ kind: 'fields', fields: [{ name: 'Host', value: [] }] })).toEqual([
      { type: 'section', fields: [slack.mrkdwn('*Host*\n–')] },
    ]);
  });

  it.each([
    [0, 'Pulling\n░░░░░░░░░░░░░░░░░░░░ 0 %'],
    [0.43, 'Pulling\n▓▓▓▓▓▓▓▓░░░░░░░░░░░░ 43 %'],
    [0.999, 'Pulling\n▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓░ 99 %'],
    [1, 'Pulling\n▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓ 100 %'],
    [-1, 'Pulling\n░░░░░░░░░░░░░░░░░░░░ 0 %'],
    [7, 'Pulling\n▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓ 100 %'],
    [null, '⏳ Pulling'],
    [Number.NaN, '⏳ Pulling'],
  ])('has a bar for %d of the way', (fraction, words) => {
    expect(blocksOf({ kind: 'progress', label: 'Pulling', fraction })).toEqual([
      slack.section(words),
    ]);
  });

  it('shows code as it is, whatever is in it', () => {
    const code = 'ssh -p 22 bob@gpu-1\n```*a* <b> & c';
    expect(linesOf(blocksOf({ kind: 'code', text: code })).join('\n')).toBe(code);
  });

  it('names its files and hands them on; the Home tab shows what is in them', () => {
    const file = { name: 'history <1>.csv', mediaType: 'text/csv', text: 'date,amount\r\n' };
    const message: Message = { title: null, tone: 'neutral', parts: [{ kind: 'file', ...file }] };
    const { blocks, files, text: fallback } = rendered(message);
    expect(blocks).toEqual([slack.context('📎 history &lt;1&gt;.csv')]);
    expect(files).toEqual([file]);
    expect(fallback).toBe('history &lt;1&gt;.csv');
    expect(linesOf(renderView(message, { names: slackNames }).blocks)[0]).toContain('date,amount');
  });

  it('has no blocks for the emoji that stand under it, nor for what is empty', () => {
    const parts: MessagePart[] = [
      { kind: 'reactions', emojis: ['✅'] },
      aText(' \n'),
      { kind: 'heading', text: '' },
      { kind: 'code', text: '' },
      { kind: 'fields', fields: [] },
      { kind: 'table', columns: [], rows: [['x']] },
      { kind: 'actions', actions: [] },
    ];
    expect(rendered({ title: ' ', parts }).blocks).toEqual([]);
  });
});

describe('a button in Slack', () => {
  it('carries its command, its colour and what is asked before it runs', () => {
    const action = anAction({ style: 'danger', confirm: 'Stop brave-otter?' });
    expect(blocksOf(buttons(anAction({ label: 'Status' }), action))).toMatchObject([
      {
        type: 'actions',
        elements: [
          { action_id: 'command:0', text: slack.plain('Status') },
          {
            action_id: 'command:1',
            text: slack.plain('Stop'),
            value: '{"command":"stop brave-otter","asks":null,"settles":false}',
            style: 'danger',
            confirm: {
              title: slack.plain('Stop'),
              text: slack.plain('Stop brave-otter?'),
              confirm: slack.plain('Stop'),
              deny: slack.plain('Cancel'),
              style: 'danger',
            },
          },
        ],
      },
    ]);
  });

  it('carries its question and the title of the form for it', () => {
    const label = 'Deny the request of somebody';
    const [block] = blocksOf(buttons(anAction({ label, command: 'deny 1', asks: 'Why?' })));
    const value =
      '{"command":"deny 1","asks":"Why?","settles":false,"title":"Deny the request of som…"}';
    expect(block).toHaveProperty('elements.0.value', value);
  });

  it('has an id that no other of the message has, over blocks of 25', () => {
    const many = Array.from({ length: 26 }, () => anAction());
    const blocks = blocksOf(buttons(anAction()), buttons(...many));
    expect(blocks.map((block) => block.type === 'actions' && block.elements.length)).toEqual([
      1, 25, 1,
    ]);
    const ids = JSON.stringify(blocks).match(/command:\d+/g) ?? [];
    expect(new Set(ids).size).toBe(27);
  });

  it('is cut in its words and its question, never in its command', () => {
    const asks = '"'.repeat(3000);
    const command = `stop ${'x'.repeat(1700)}`;
    const [block] = blocksOf(buttons(anAction({ label: 'y'.repeat(76), command, asks })));
    expect(block).toHaveProperty('elements.0.text.text', `${'y'.repeat(74)}…`);
    expect(JSON.stringify(block)).toContain(command);
    expect(problemsOfMessage([block])).toEqual([]);
  });

  it('that cannot carry its command says so', () => {
    const blocks = blocksOf(buttons(anAction({ command: 'x'.repeat(2000) }), anAction()));
    expect(blocks).toMatchObject([
      slack.section('“Stop” is too long for a button.'),
      { type: 'actions', elements: [{ text: { text: 'Stop' } }] },
    ]);
  });
});
