import type { Message } from '../../core/message.ts';

export function titled(title: string): Message {
  return { title, tone: 'neutral', parts: [{ kind: 'text', text: ['Some words.'] }] };
}

export const question: Message = {
  title: 'a question',
  tone: 'progress',
  parts: [
    { kind: 'text', text: ['Yes or no?'] },
    { kind: 'reactions', emojis: ['✅', '❌'] },
  ],
};

/** One part of each kind, and one span of each in them. */
export const everyPart: Message = {
  title: 'every part',
  tone: 'progress',
  parts: [
    {
      kind: 'text',
      text: [
        'plain ',
        { kind: 'strong', text: 'strong' },
        { kind: 'code', text: 'code' },
        { kind: 'link', text: 'link', url: 'https://example.com/' },
        { kind: 'mention', personId: 'p1', name: 'bob' },
        { kind: 'channel', channel: 'C0LAB' },
        { kind: 'time', at: new Date('2026-03-02T10:00:00Z'), style: 'clock' },
        { kind: 'time', at: new Date('2026-03-02T10:00:00Z'), style: 'relative' },
      ],
    },
    { kind: 'heading', text: 'What is held' },
    { kind: 'fields', fields: [{ name: 'Held', value: ['5 credits'] }] },
    { kind: 'table', columns: [{ name: 'GPU', align: 'left' }], rows: [['0']] },
    { kind: 'code', text: 'nvidia-smi' },
    { kind: 'progress', label: 'Pulling', fraction: 0.4 },
    { kind: 'progress', label: 'Waiting', fraction: null },
    {
      kind: 'actions',
      actions: [
        {
          label: 'Stop',
          command: 'stop x',
          style: 'danger',
          asks: null,
          confirm: 'Stop it?',
          settles: false,
        },
        {
          label: 'Deny',
          command: 'deny 1',
          style: 'plain',
          asks: 'Why?',
          confirm: null,
          settles: false,
        },
      ],
    },
    { kind: 'file', name: 'history.csv', mediaType: 'text/csv', text: 'date,amount\r\n' },
    { kind: 'reactions', emojis: ['✅'] },
  ],
};
