import type { Message } from '../../core/message.ts';
import { argumentTypes } from './arguments.ts';
import { type Argument, accepted, type Command, command } from './command.ts';

export const help = command({
  name: 'help',
  forGuests: true,
  summary: 'Show the commands, or one of them.',
  arguments: [{ name: 'command', kind: 'command', required: false }],
  flags: [],
  examples: ['help', 'help start'],
  async run({ commands }, { command: asked }) {
    return accepted(asked ? renderCommand(asked) : renderCommands(commands));
  },
});

/** `start <type>[xN] <duration> [image] [--now]`. */
export function usageOf({ name, arguments: list, flags }: Command): string {
  const words = [...list.map(argumentUsage), ...flags.map((flag) => `[${flag.name}]`)];
  return [name, ...words].join(' ');
}

function argumentUsage({ name, kind, required }: Argument): string {
  if (kind === 'devices') return `<${name}>[xN]`;
  if (kind === 'keyVerb') return '[add|list|remove]';
  return required ? `<${name}>` : `[${name}]`;
}

function renderCommands(commands: readonly Command[]): Message {
  const fields = commands.map((row) => ({
    name: `/gpu ${usageOf(row)}`,
    value: [row.summary],
  }));
  return { title: 'Commands', tone: 'neutral', parts: [{ kind: 'fields', fields }] };
}

function renderCommand(row: Command): Message {
  const { summary, examples, flags, arguments: list } = row;
  const what = list.map(({ kind, required }) => {
    const { says, example } = argumentTypes[kind];
    return {
      name: says,
      value: [required ? `such as ${example}` : `such as ${example}; optional`],
    };
  });
  const options = flags.map(({ name, says }) => ({ name, value: [says] }));
  return {
    title: `/gpu ${usageOf(row)}`,
    tone: 'neutral',
    parts: [
      { kind: 'text', text: [summary] },
      ...(what.length + options.length > 0
        ? [{ kind: 'fields', fields: [...what, ...options] } as const]
        : []),
      { kind: 'code', text: examples.map((example) => `/gpu ${example}`).join('\n') },
    ],
  };
}
