import { secret as secretSpan, sentence } from '../render/words.ts';
import { hashOfToken } from '../token-hash.ts';
import { accepted, command } from './command.ts';

export const token = command({
  name: 'token',
  forGuests: false,
  summary:
    'Make your token for the terminal client and the HTTP API, shown once. An earlier one ends.',
  arguments: [],
  flags: [],
  examples: ['token'],
  async run({ store, actor, newSecret }) {
    const secret = `dibs_${newSecret()}`;
    await store.addToken(actor.personId, hashOfToken(secret));
    const message = sentence(
      'good',
      'Keep it like a password: ',
      secretSpan(secret),
      ' For the terminal: ',
      secretSpan(`export DIBS_TOKEN=${secret}`),
    );
    return accepted(message);
  },
});
