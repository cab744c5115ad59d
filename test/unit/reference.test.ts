import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../bot/config.ts';
import { documents, withReferences } from '../../bot/reference.ts';

describe('the documents', () => {
  it.each(documents)('%s has its tables as the code has them (npm run reference)', async (path) => {
    const document = await readFile(path, 'utf8');
    expect(document).toBe(withReferences(document));
    expect(document).toContain('<!-- reference: ');
  });

  it('bring an example configuration that is valid and shows every policy', async () => {
    const config = loadConfig({ DIBS_CONFIG: 'dibs.example.yaml' });
    expect(config.teams?.[0]?.people.map(({ name }) => name)).toEqual(['alice', 'bob', 'carol']);
    const written = parse(await readFile('dibs.example.yaml', 'utf8'));
    expect(Object.keys(written.policy).sort()).toEqual(Object.keys(config.policy).sort());
  });
});
