import type { WebClient } from '@slack/web-api';
import type { Standing } from '../../core/entity.ts';
import type { Clock } from '../../core/ports.ts';
import { calling, toFault } from './faults.ts';

const rememberSeconds = 600;
const mostRemembered = 5000;

type Known = { standing: Standing; until: number };

/** What a person is to the workspace. Asked for at most every ten minutes. */
export function createPeople({ client, clock }: { client: WebClient; clock: Clock }) {
  const known = new Map<string, Known>();
  let ownTeam: string | null = null;

  async function teamId(signal: AbortSignal): Promise<string> {
    ownTeam ??= (await calling(signal, () => client.auth.test())).team_id ?? '';
    return ownTeam;
  }

  async function ask(externalId: string, signal: AbortSignal): Promise<Standing> {
    const own = await teamId(signal);
    const { user } = await calling(signal, () => client.users.info({ user: externalId }));
    return user ? standingOf(user, own) : 'guest';
  }

  return {
    async standingOf(externalId: string, signal: AbortSignal): Promise<Standing> {
      const now = clock.now().getTime();
      const earlier = known.get(externalId);
      if (earlier && earlier.until > now) return earlier.standing;
      const standing = await ask(externalId, signal).catch((error: unknown) => {
        // While Slack is away, people are what they were.
        if (earlier && toFault(error).code !== 'chat_refused') return earlier.standing;
        throw error;
      });
      if (known.size >= mostRemembered) known.clear();
      known.set(externalId, { standing, until: now + rememberSeconds * 1000 });
      return standing;
    },
  };
}

/** Guests have a channel or two; who comes over Slack Connect belongs to another workspace. */
export function standingOf(
  user: {
    is_bot?: boolean;
    is_restricted?: boolean;
    is_ultra_restricted?: boolean;
    is_stranger?: boolean;
    deleted?: boolean;
    team_id?: string;
    /** Of a whole organization: the workspaces that they are in. */
    enterprise_user?: { teams?: string[] };
  },
  ownTeam: string,
): Standing {
  if (user.is_bot) return 'bot';
  const isGuest = user.is_restricted || user.is_ultra_restricted || user.deleted;
  const teams = [user.team_id ?? ownTeam, ...(user.enterprise_user?.teams ?? [])];
  const isOther = user.is_stranger || !teams.includes(ownTeam);
  return isGuest || isOther ? 'guest' : 'member';
}
