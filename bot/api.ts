import type { Access } from '../core/access.ts';
import type { Api, ApiFile } from '../core/api.ts';
import type { Channel, Person } from '../core/entity.ts';
import type { Commands } from '../core/invocation.ts';
import type { Message } from '../core/message.ts';
import { readyMillisAt, readySeconds } from '../core/meter.ts';
import { toPlainJson } from '../core/plain-json.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock } from '../core/ports.ts';
import type { Store } from '../core/store.ts';
import type { SessionView } from '../core/view.ts';
import { linkOf } from './access.ts';
import { createAccountApi } from './account-api.ts';
import { asSeenBy, placeOf } from './commands/sessions.ts';
import { createEventsApi } from './events-api.ts';
import { plainText } from './render/words.ts';
import { hashOfToken } from './token-hash.ts';

type Deps = {
  commands: Commands;
  store: Store;
  clock: Clock;
  policy: Policy;
  access: Access;
  channel: Channel;
};

/** The commands and views as plain JSON. What is started here shows up in `channel`. */
export function createApi(deps: Deps): Api {
  const { commands, store, channel } = deps;
  return {
    ...createAccountApi(deps),
    ...createEventsApi(deps),
    personOfToken: (token) => store.personOfToken(hashOfToken(token)),
    personNamed: (name) => store.personOf('console', name, channel.channel),
    async run(person, typed, requestKey) {
      const externalId = person.name;
      // Tokens are made for members alone.
      const said = { ...channel, externalId, text: typed, requestKey } as const;
      const reply = await commands.handle({ ...said, standing: 'member' });
      const { ok, session, refusal } = reply;
      const outcome = ok
        ? { session: session && (await describe(deps, person, session)) }
        : { refusal: toPlainJson(refusal) };
      return { ok, ...wordsAndFiles(reply.message), ...outcome };
    },
    async sessions({ id, teamId, ...person }) {
      const living = await store.livingSessions({ teamId });
      return Promise.all(
        living.map((session) => describe(deps, { id, teamId, ...person }, session)),
      );
    },
    async session(person, name) {
      const session = await store.sessionByName(name);
      return session && describe(deps, person, session);
    },
    async board() {
      const { hosts, queue } = await store.board();
      const line = queue.map(({ name, holder, deviceType, deviceCount, requestedAt }) => {
        return { name, holder: holder.name, deviceType, deviceCount, requestedAt };
      });
      return toPlainJson({ hosts, queue: line });
    },
    ready: () => store.ping(),
  };
}

/** A session in the API's words. The link is there for its holder alone. */
async function describe(deps: Deps, person: Person, view: SessionView): Promise<unknown> {
  const session = asSeenBy(person.id, view);
  const isHolder = view.holder.personId === person.id;
  const now = deps.clock.now();
  const place = await placeOf({ ...deps, now }, session);
  return toPlainJson({
    name: session.name,
    state: session.queued ? 'queued' : session.state,
    holder: session.holder.name,
    team: session.team.name,
    deviceType: session.deviceType,
    devices: session.devices,
    host: session.host,
    simulated: session.simulated,
    image: session.image,
    leaseSeconds: session.leaseSeconds,
    ticksPerDeviceSecond: session.ticksPerSecond,
    heldTicks: session.held,
    chargedTicks: session.charged,
    readySeconds: readySeconds(readyMillisAt(session, session, now)),
    requestedAt: session.requestedAt,
    until: session.until,
    endedAt: session.endedAt,
    endReason: session.endReason,
    faultDetail: session.faultDetail,
    progress: session.progress,
    place,
    verdict: session.verdict,
    activity: session.state === 'running' ? await deps.store.activityOf(session.id) : null,
    ssh: isHolder ? session.ssh : null,
    link: await linkOf(deps.access, session),
  });
}

/** What is attached comes beside the words. */
function wordsAndFiles({ parts, ...message }: Message): { text: string; files: ApiFile[] } {
  const files = parts.filter((part) => part.kind === 'file');
  const words = parts.filter((part) => part.kind !== 'file');
  return {
    text: plainText({ ...message, parts: words }),
    files: files.map(({ name, mediaType, text }) => ({ name, mediaType, text })),
  };
}
