import { takeVoteBack, vote, voteOf } from '../core/actions/vote.ts';
import type { Channel, Person, PersonActor } from '../core/entity.ts';
import type { Commands, Invocation, Reacted, Reaction, Reply } from '../core/invocation.ts';
import { teamPolicyOf } from '../core/policy.ts';
import type { Log } from '../core/ports.ts';
import type { Store } from '../core/store.ts';
import { type CommandContext, refused } from './commands/command.ts';
import { complete } from './commands/complete.ts';
import { bringCode } from './commands/link.ts';
import { parseCommand, wordsOf } from './commands/parse.ts';
import { commands } from './commands/table.ts';
import { home } from './home.ts';
import { startCommand, startForm } from './start-form.ts';

type Deps = Pick<
  CommandContext,
  'store' | 'clock' | 'policy' | 'access' | 'images' | 'newSecret' | 'wake'
> & { log: Log };

/** Longer than any command that makes sense; an RSA key has up to 1,400. */
const mostCharacters = 2_000;

/** From what somebody typed to the answer: who, which command, with what, run. */
export function createCommands(deps: Deps): Commands {
  return {
    async handle(invocation) {
      const { platform, externalId, standing, channel, requestKey } = invocation;
      const person = await deps.store.personOf(platform, externalId, channel);
      if (person === null) return handleStranger(deps, invocation);
      const context: CommandContext = {
        ...deps,
        commands,
        requestKey,
        actor: actorOf(person, { platform, channel }),
        externalId,
        standing,
        channel: { platform, channel },
      };
      const typed = await withNames(deps.store, invocation);
      const parsed = await parseCommand(typed, argumentContext(context));
      if ('refusal' in parsed) return refused(parsed.refusal);
      if (standing !== 'member' && !parsed.command.forGuests)
        return refused({ kind: 'guests_refused', command: parsed.command.name });
      const reply = await parsed.command.run(context, parsed.given);
      const { ok, refusal } = reply;
      const fields = { command: parsed.command.name, person: person.name, ok };
      deps.log.info('command', refusal ? { ...fields, refusal: refusal.kind } : fields);
      return reply;
    },
    home: (asker) => home(deps, asker),
    startForm: (asker, chosen) => startForm(deps, asker, chosen),
    startCommand,
    react: (reaction) => react(deps, reaction),
    async complete(invocation) {
      const { platform, externalId, channel } = invocation;
      const person = await deps.store.personOf(platform, externalId, channel);
      if (person === null) return [];
      const typed = await withNames(deps.store, invocation);
      const actor = { personId: person.id, teamId: person.teamId, roles: person.roles };
      return complete(typed, { ...deps, ...actor, commands });
    },
  };
}

/** What was typed, with everybody who is mentioned called by name. */
async function withNames(
  store: Store,
  { platform, channel, text }: Pick<Invocation, 'platform' | 'channel' | 'text'>,
): Promise<string> {
  const typed = text.slice(0, mostCharacters);
  const mentions = [...typed.matchAll(/<@([^|>\s]+)(?:\|([^>]*))?>/g)];
  const names = await Promise.all(
    mentions.map(async ([, externalId = '', shown]) => {
      const person = await store.personOf(platform, externalId, channel);
      return person?.name ?? (shown || externalId);
    }),
  );
  return mentions.reduce((line, [mention], at) => line.replace(mention, `@${names[at]}`), typed);
}

function actorOf({ id, ...person }: Person, from: Channel): PersonActor {
  return { kind: 'person', personId: id, ...person, ...from };
}

/** Who is nobody yet may become somebody by a code, and do nothing else. */
async function handleStranger(
  { store }: Deps,
  { platform, externalId, standing, requestKey, text }: Invocation,
): Promise<Reply> {
  const [name, ...typed] = wordsOf(text.slice(0, mostCharacters));
  if (name?.toLowerCase() !== 'link' || typed.length === 0)
    return refused({ kind: 'person_unknown', platform, externalId });
  if (standing !== 'member') return refused({ kind: 'guests_refused', command: 'link' });
  return bringCode(store, { platform, externalId, requestKey, typed: typed.join('') });
}

/** An emoji under a request is a vote; under anything else, and any other emoji, it is nothing. */
async function react(deps: Deps, reaction: Reaction): Promise<Reacted> {
  const { store, policy, wake } = deps;
  const { platform, externalId, ref, standing, requestKey } = reaction;
  // What votes nowhere need not be looked up.
  const teams = [...Object.keys(policy.teams), ''];
  const approvals = teams.map((team) => teamPolicyOf(policy, team).approval);
  if (approvals.every((approval) => voteOf(reaction.emoji, approval) === null)) return 'not_for_us';
  const request = await store.requestOfMessage(platform, ref);
  if (request === null) return 'unknown_message';
  const cast = voteOf(reaction.emoji, teamPolicyOf(policy, request.team).approval);
  if (cast === null) return 'not_for_us';
  const person = await store.personOf(platform, externalId, ref.channel);
  const actor = person
    ? actorOf(person, { platform, channel: ref.channel })
    : ({ kind: 'stranger', platform, externalId } as const);
  const requestId = request.id;
  const outcome = reaction.isAdded
    ? await store.perform(vote, {
        requestKey,
        actor,
        input: { requestId, vote: cast, by: 'reaction', standing, reason: null },
      })
    : await store.perform(takeVoteBack, { requestKey, actor, input: { requestId, vote: cast } });
  deps.log.info('reaction', { request: request.number, vote: cast, outcome });
  wake(null);
  return 'taken';
}

function argumentContext({ store, policy, images, actor }: CommandContext) {
  const { personId, teamId, roles } = actor;
  return { store, policy, images, commands, personId, teamId, roles };
}
