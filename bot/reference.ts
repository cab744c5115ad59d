import { readFile, writeFile } from 'node:fs/promises';
import { endReasons } from '../core/end-reason.ts';
import { transitions } from '../core/state.ts';
import { usageOf } from './commands/help.ts';
import { commands } from './commands/table.ts';
import { environment } from './environment.ts';

/** The parts of the documents that are made from the tables, by the name of their marker. */
const references: Record<string, () => string> = {
  commands: commandTable,
  settings,
  states,
};

/** `npm run reference` writes the tables into the documents; a test holds that they are current. */
export function withReferences(document: string): string {
  return document.replace(
    /(?<=<!-- reference: )(\w+)( -->\n)[\s\S]*?(?=\n<!-- end -->)/g,
    (_all, name: string, mark: string) => `${name}${mark}${references[name]?.()}`,
  );
}

export const documents = ['README.md', 'ARCHITECTURE.md'];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // A bar would end its cell.
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function commandTable(): string {
  return table(
    ['Command', 'What it does', 'Example'],
    commands.map((row) => [
      `\`/gpu ${usageOf(row)}\``,
      row.summary,
      `\`/gpu ${row.examples.at(-1)}\``,
    ]),
  );
}

function settings(): string {
  return table(
    ['Variable', 'Default', 'What it is'],
    Object.entries(environment.shape).map(([name, type]) => {
      const fallback = type.safeParse(undefined).data;
      return [
        `\`${name}\``,
        fallback === undefined ? '' : `\`${fallback}\``,
        type.description ?? '',
      ];
    }),
  );
}

function states(): string {
  const machines = Object.entries(transitions).flatMap(([machine, table]) =>
    Object.entries(table).flatMap(([from, to]: [string, readonly string[]]) =>
      to.length === 0 ? [] : [[machine.replace('_', ' '), from, to.join(', ')]],
    ),
  );
  const reasons = Object.entries(endReasons).map(([name, { billed, told, words }]) => {
    return [name, billed === 'ready' ? 'its ready seconds' : 'nothing', told, words];
  });
  return [
    table(['what', 'from', 'to'], machines),
    '',
    table(['end reason', 'billed', 'told', 'in words'], reasons),
  ].join('\n');
}

if (import.meta.main) {
  for (const path of documents) {
    await writeFile(path, withReferences(await readFile(path, 'utf8')));
  }
}
