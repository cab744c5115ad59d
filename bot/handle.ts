import { takeVoteBack, vote, voteOf } from '../core/actions/vote.ts';
import type { Channel, Person, PersonActor } from '../core/entity.ts';
import type { Commands, Invocation, Reaction, Reply } from '../core/invocation.ts';
import { teamPolicyOf } from '../core/policy.ts';
import type { Log } from '../core/ports.ts';
import { type CommandContext, refused } from './commands/command.ts';
import { complete } from './commands/complete.ts';
import { bringCode } from './commands/link.ts';
import { parseCommand, wordsOf } from './commands/parse.ts';
import { commands } from './commands/table.ts';

type Deps = Pick<CommandContext, 'store' | 'clock' | 'policy' | 'images' | 'newSecret' | 'wake'> & {
  log: Log;
};

/** Longer than any command that makes sense. */
const mostCharacters = 500;

/** From what somebody typed to the answer: who, which command, with what, run. */
export function createCommands(deps: Deps): Commands {
  return {
    async handle(invocation) {
      const { platform, externalId, channel, requestKey } = invocation;
      const person = await deps.store.personOf(platform, externalId, channel);
      if (person === null) return handleStranger(deps, invocation);
      const context: CommandContext = {
        ...deps,
        commands,
        requestKey,
        actor: actorOf(person, { platform, channel }),
        externalId,
        channel: { platform, channel },
      };
      const typed = invocation.text.slice(0, mostCharacters);
      const parsed = await parseCommand(typed, argumentContext(context));
      if ('refusal' in parsed) return refused(parsed.refusal);
      const reply = await parsed.command.run(context, parsed.given);
      const { ok, refusal } = reply;
      const fields = { command: parsed.command.name, person: person.name, ok };
      deps.log.info('command', refusal ? { ...fields, refusal: refusal.kind } : fields);
      return reply;
    },
    react: (reaction) => react(deps, reaction),
    async complete(invocation) {
      const { platform, externalId, channel } = invocation;
      const person = await deps.store.personOf(platform, externalId, channel);
      if (person === null) return [];
      const typed = invocation.text.slice(0, mostCharacters);
      const actor = { personId: person.id, teamId: person.teamId, roles: person.roles };
      return complete(typed, { ...deps, ...actor, commands });
    },
  };
}

function actorOf({ id, ...person }: Person, from: Channel): PersonActor {
  return { kind: 'person', personId: id, ...person, ...from };
}

/** Who is nobody yet may become somebody by a code, and do nothing else. */
async function handleStranger(
  { store }: Deps,
  { platform, externalId, requestKey, text }: Invocation,
): Promise<Reply> {
  const [name, ...typed] = wordsOf(text.slice(0, mostCharacters));
  if (name?.toLowerCase() !== 'link' || typed.length === 0)
    return refused({ kind: 'person_unknown', platform, externalId });
  return bringCode(store, { platform, externalId, requestKey, typed: typed.join('') });
}

/** An emoji under a request is a vote; under anything else, and any other emoji, it is nothing. */
async function react(deps: Deps, reaction: Reaction): Promise<void> {
  const { store, policy, wake } = deps;
  const { platform, externalId, ref, standing, requestKey } = reaction;
  const request = await store.requestOfMessage(platform, ref);
  if (request === null) return;
  const cast = voteOf(reaction.emoji, teamPolicyOf(policy, request.team).approval);
  if (cast === null) return;
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
}

function argumentContext({ store, images, actor }: CommandContext) {
  const { personId, teamId, roles } = actor;
  return { store, images, commands, personId, teamId, roles };
}
