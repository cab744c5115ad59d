import { randomUUID } from 'node:crypto';
import { createHostLoop, createInventoryLoop } from '../../bot/loops/host.ts';
import { runStep } from '../../bot/loops/steps.ts';
import type { Log, Spawner } from '../../core/ports.ts';
import type { RecordedSession, Step } from '../../core/reconcile.ts';
import type { Store } from '../../core/store.ts';
import { createFakeClock } from './fake-clock.ts';
import { partOf } from './part-of.ts';
import { sessionSpec } from './simulated-fleet.ts';
import { noon, testPolicy } from './world.ts';

type Parts = { spawner?: Partial<Spawner>; store?: Partial<Store>; sessions?: RecordedSession[] };

/**
 * The loops of one host over a store that grants all that they ask for, and what was seen of them:
 * each thing as it is called, with the seconds since noon.
 */
export function createHostLoops({ spawner = {}, store = {}, sessions = [] }: Parts = {}) {
  const clock = createFakeClock(noon);
  const seconds = () => (clock.now().getTime() - noon.getTime()) / 1000;
  const happened: { at: number; what: string }[] = [];
  const performed: { name: string; input: unknown; requestKey: string }[] = [];
  const happens = (what: string) => void happened.push({ at: seconds(), what });
  const granted = async (
    { name }: { name: string },
    { input, requestKey }: { input: unknown; requestKey: string },
  ) => {
    performed.push({ name, input, requestKey });
    const { sessionId } = input as { sessionId: string };
    const at = sessions.findIndex(({ session }) => session.id === sessionId);
    if (name === 'report_stopped' && at !== -1) sessions.splice(at, 1);
    return { kind: 'accepted', result: null };
  };
  const log: Log = { debug: happens, info: happens, warn: happens, error: happens };
  const deps = {
    store: partOf<Store>({
      recordedSessions: async () => sessions,
      hostSeenAt: async () => noon,
      async noteSeen(_, at, inventory) {
        happens(`seen at ${(at.getTime() - noon.getTime()) / 1000}${inventory ? ', all' : ''}`);
      },
      async noteUnreachable(_, fault) {
        happens(`unreachable: ${fault}`);
      },
      async refreshMessages() {
        happens('refresh');
      },
      perform: granted as unknown as Store['perform'],
      ...store,
    }),
    spawner: partOf<Spawner>({
      async observe() {
        happens('observe');
        return [];
      },
      ...spawner,
    }),
    clock,
    log,
    policy: testPolicy,
    newId: randomUUID,
    hostId: 'host-1',
    hostName: 'gpu-1',
    onChange: () => happens('changed'),
    onFreed: () => happens('freed'),
  };
  const ending = new AbortController();
  const begin = <Loop extends { run(signal: AbortSignal): Promise<void> }>(loop: Loop) => {
    const ended = loop.run(ending.signal);
    return { ...loop, ended };
  };
  return {
    clock,
    deps,
    happens,
    performed,
    sessions,
    end: () => ending.abort(),
    /** When that happened. */
    timesOf: (what: string) => happened.filter((one) => one.what === what).map(({ at }) => at),
    all: () => happened.map(({ what }) => what),
    host: () => begin(createHostLoop(deps)),
    inventory: () => begin(createInventoryLoop(deps)),
  };
}

export const sshKeys = [{ id: 'key-1', publicKey: 'ssh-ed25519 A' }];
/** What a start that went well gives. */
export const started = { containerId: 'c', url: 'http://gpu-1/', ssh: null, verdict: null };

/** Single steps, and what they had the store do. */
export function createSteps(spawner: Partial<Spawner> = {}, store: Partial<Store> = {}) {
  const spec = sessionSpec({ sessionId: 'a', sshKeys });
  const stage = createHostLoops({ spawner, store: { containerSpec: async () => spec, ...store } });
  const { performed, deps } = stage;
  return {
    ...stage,
    run: (step: Step) => runStep(deps, step, new AbortController().signal),
    names: () => performed.map(({ name }) => name),
    inputOf: (asked: string) => performed.find(({ name }) => name === asked)?.input,
    keyOf: (asked: string) => performed.find(({ name }) => name === asked)?.requestKey,
  };
}
