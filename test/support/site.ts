import { randomUUID } from 'node:crypto';
import { createAbsentSpawner } from '../../adapters/absent/spawner.ts';
import { createConversation } from '../../adapters/console/conversation.ts';
import type { HostOptions } from '../../adapters/simulated/world.ts';
import { newId } from '../../adapters/system/new-id.ts';
import type { Allowance } from '../../bot/allowances.ts';
import { createCommands } from '../../bot/handle.ts';
import { createLoops } from '../../bot/loops/all.ts';
import { createInboxLoop } from '../../bot/loops/inbox.ts';
import { Fault, type FaultCode } from '../../core/fault.ts';
import type { Platform } from '../../core/message.ts';
import type { Chat, Clock, Spawner } from '../../core/ports.ts';
import type { SetUp, Store } from '../../core/store.ts';
import type { SessionView } from '../../core/view.ts';
import type { Database } from '../../db/database.ts';
import { chosenPytorch } from './facts.ts';
import { createPulse } from './pulse.ts';
import { a100, createTestFleet, never } from './simulated-fleet.ts';
import { createWorld, type WorldOptions } from './world.ts';

export type SiteOptions = Pick<WorldOptions, 'policy' | 'credits'> & {
  hosts?: readonly HostOptions[];
  /** The team’s. */
  allowance?: Omit<Allowance, 'accountId' | 'name'>;
  pullSeconds?: number;
  bootSeconds?: number;
  /** Chats beside the console. */
  beside?: (site: { clock: Clock; store: Store }) => ReadonlyMap<Platform, Chat>;
  /** What stands between Dibs and each of its hosts. */
  through?: (spawner: Spawner) => Spawner;
  /** Whether one of them is at something that takes real time. */
  isBusy?: () => boolean;
};

export const quietLog = { debug() {}, info() {}, warn() {}, error() {} };
const straight = (spawner: Spawner) => spawner;
const images = [
  chosenPytorch,
  { ...chosenPytorch, name: 'Jax', names: ['Jax', 'flax'], reference: 'registry.example/jax:1' },
];

/** All of Dibs over a database and a simulated fleet, at a clock that the test alone moves. */
export async function createSite(database: Database, options: SiteOptions = {}) {
  const { hosts = [{ name: 'gpu-1', devices: [a100, a100] }], pullSeconds = 2 } = options;
  const { bootSeconds = 1, beside, isBusy, through = straight, ...worldOptions } = options;
  const { clock, fleet } = createTestFleet({ hosts, pullSeconds, bootSeconds });
  const unseen = Object.fromEntries(hosts.map(({ name }) => [name, []]));
  const world = await createWorld(database, { ...worldOptions, clock, hosts: unseen });
  const pulse = createPulse(clock, world.store, isBusy);
  const spawnerOf = (name: string) => fleet.spawner(name, world.installationId);
  const { chat, seenBy, posts, chatTrouble } = createChat(clock);
  const { name, accountId } = world.team;
  const own = options.allowance && { ...options.allowance, name, accountId };
  const allowances = own ? { zones: [own.zone], list: async () => [own] } : null;
  const { policy, access } = world;
  const deps = { clock, newId, log: quietLog, policy, access, allowances };
  const processes: Process[] = [];

  /** Begins a process. It ends in order, or is killed: from then on it does nothing at all. */
  function begin(configured: SetUp['hosts'] = world.hosts) {
    const process = createProcess();
    const store = process.severable(pulse.store);
    const others = beside?.({ clock, store }) ?? new Map<Platform, Chat>();
    const all = new Map<Platform, Chat>([...others, ['console', chat]]);
    const chats = new Map([...all].map(([name, one]) => [name, process.severable(one)]));
    const loops = createLoops(
      {
        ...deps,
        store,
        chats,
        spawnerOf: ({ name, configured: isThere }): Spawner =>
          isThere ? through(spawnerOf(name)) : createAbsentSpawner(name),
      },
      configured,
    );
    const commands = createCommands({ ...deps, store, images, newSecret: randomUUID, ...loops });
    const { inbox, loop } = createInboxLoop({ ...deps, store, chats, commands });
    process.run(async (signal) => {
      await Promise.all([loops.run(signal), loop.run(signal)]);
    });
    processes.push(process);
    const say = (externalId: string, text: string, requestKey: string = randomUUID()) =>
      commands.handle({
        platform: 'console',
        externalId,
        standing: 'member',
        channel: 'lab',
        text,
        requestKey,
      });
    /** Asks for a start, and waits for that state. */
    async function start(person: string, text: string, state: SessionView['state'] = 'running') {
      await pulse.pass(3);
      const reply = await say(person, `start ${text}`);
      if (!reply.session) throw new Error(reply.text);
      return untilState(reply.session.name, state);
    }
    const complete = (externalId: string, text: string) =>
      commands.complete({ platform: 'console', externalId, channel: 'lab', text });
    return { commands, inbox, say, complete, start, end: process.end, kill: process.kill };
  }

  async function sessionNamed(name: string): Promise<SessionView> {
    const session = await world.store.sessionByName(name);
    if (!session) throw new Error(`there is no session ${name}`);
    return session;
  }
  const untilState = async (name: string, state: SessionView['state']) => {
    await pulse.until(async () => (await sessionNamed(name)).state === state);
    return sessionNamed(name);
  };
  return {
    ...world,
    ...pulse,
    clock,
    fleet,
    begin,
    sessionNamed,
    untilState,
    seenBy,
    posts,
    chatTrouble,
    containersOn: (name: string) => spawnerOf(name).observe(never),
    spawnerOf,
    end: () => Promise.all(processes.map(({ end }) => end())),
  };
}

export type Site = Awaited<ReturnType<typeof createSite>>;
type Process = ReturnType<typeof createProcess>;

function createProcess() {
  const ending = new AbortController();
  let isDead = false;
  let running = Promise.resolve();
  const kill = () => {
    isDead = true;
    ending.abort();
  };
  return {
    run(work: (signal: AbortSignal) => Promise<void>) {
      running = work(ending.signal);
    },
    /** The same, but silent for ever once the process is dead. */
    severable<Port extends object>(port: Port): Port {
      return new Proxy(port, {
        get: (target, name, receiver) =>
          isDead ? () => new Promise(() => {}) : Reflect.get(target, name, receiver),
      });
    },
    kill,
    async end() {
      ending.abort();
      if (!isDead) await running;
    },
  };
}

/** The console's conversation, with a record of every attempt to post, and with trouble on demand. */
function createChat(clock: Parameters<typeof createConversation>[0]['clock']) {
  const { seenBy, ...conversation } = createConversation({ clock });
  const posts: { key: string; at: Date }[] = [];
  const nothing = (_key: string): void => {};
  const chatTrouble = { outage: null as FaultCode | null, beforePost: nothing, afterPost: nothing };
  const check = () => {
    if (chatTrouble.outage !== null) throw new Fault(chatTrouble.outage);
  };
  const chat: Chat = {
    ...conversation,
    async post(posted, signal) {
      const { key } = posted;
      posts.push({ key, at: clock.now() });
      check();
      chatTrouble.beforePost(key);
      const ref = await conversation.post(posted, signal);
      chatTrouble.afterPost(key);
      return ref;
    },
    async update(ref, message, signal) {
      check();
      return conversation.update(ref, message, signal);
    },
  };
  return { chat, seenBy, posts, chatTrouble };
}
