import { expect, it } from 'vitest';
import { siteFile } from '../../bot/site-file.ts';

const mistakeIn = (written: object) =>
  siteFile.safeParse(written).error?.issues.map(({ path, message }) => [path.join('.'), message]);

it('a setting that is mistyped is told with the one that was probably meant, at any depth', () => {
  expect(mistakeIn({ team: [] })).toEqual([
    ['', 'there is no setting "team" here; did you mean "teams"?'],
  ]);
  const lab = { name: 'lab', people: [{ name: 'alice' }], chanels: [], zon: 'UTC' };
  expect(mistakeIn({ teams: [lab] })).toEqual([
    ['teams.0', 'there is no setting "chanels", "zon" here; did you mean "channels", "zone"?'],
  ]);
});

it('one that is like none is told with where all of them are', () => {
  expect(mistakeIn({ weather: 1, colour: 2 })).toEqual([
    ['', 'there is no setting "weather", "colour" here; dibs.example.yaml shows them all'],
  ]);
});
