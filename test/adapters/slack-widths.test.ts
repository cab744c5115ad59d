import { describe, expect, it } from 'vitest';
import { tableLines } from '../../adapters/slack/monospaced.ts';

const left = (...names: string[]) => names.map((name) => ({ name, align: 'left' }) as const);

describe('a table of lines', () => {
  it('of several columns takes from the widest until all fit into 76', () => {
    const cell = (width: number) => 'x'.repeat(width);
    const [, ...lines] = tableLines(left('A', 'B', 'C'), [[cell(60), cell(40), cell(5)]]);
    const columns = lines.map((line) => line.split(/ {2,}/).map((part) => part.length));
    expect(columns).toEqual([
      [33, 33, 5],
      [27, 7],
    ]);
    const wide = tableLines(left('A', 'B'), [[cell(37), cell(37)]]);
    expect(wide[1]).toBe(`${cell(37)}  ${cell(37)}`);
    expect(tableLines(left('A', 'B'), [[cell(37), cell(38)]])).toHaveLength(3);
  });

  it('makes no column narrower than 12, however many there are', () => {
    const names = Array.from({ length: 8 }, () => 'x'.repeat(20));
    const [first = ''] = tableLines(left(...names), []);
    expect(first.split('  ').map((part) => part.length)).toEqual(Array(8).fill(12));
  });

  it('counts what is shown as a picture as two, however it is written', () => {
    const lines = tableLines(left('Who', 'N'), [
      ['✔\ufe0f', '1'],
      ['🟢', '2'],
      ['ａ', '3'],
      ['a\u200d', '4'],
    ]);
    expect(lines).toEqual(['Who  N', '✔\ufe0f   1', '🟢   2', 'ａ   3', 'a\u200d    4']);
  });

  it('breaks a word that is too wide within itself, and never a character', () => {
    const names = Array.from({ length: 5 }, (_, at) => `${at}`.repeat(20));
    const rows = [['田'.repeat(8), ...names.slice(1)]];
    const [, , first = '', second = ''] = tableLines(left(...names), rows);
    expect(first.startsWith(`${'田'.repeat(6)}   1`)).toBe(true);
    expect(second.startsWith('田田')).toBe(true);
  });

  it('cuts a cell at 400 characters', () => {
    const all = tableLines(left('A'), [['x'.repeat(401)]]).join('');
    expect(all).toHaveLength(401);
    expect(all.endsWith('…')).toBe(true);
    expect(tableLines(left('A'), [['x'.repeat(400)]]).join('')).not.toContain('…');
  });
});
