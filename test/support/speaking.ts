import { randomUUID } from 'node:crypto';
import { createCommands } from '../../bot/handle.ts';
import type { Invocation, Reply } from '../../core/invocation.ts';
import type { Platform } from '../../core/message.ts';
import { chosenPytorch } from './facts.ts';
import { quietLog } from './site.ts';
import type { World } from './world.ts';

const images = [chosenPytorch];
const nothing = () => undefined;

/** Commands over a world without loops, from whoever speaks wherever. */
export function commandsOf(world: World) {
  return createCommands({ ...world, images, log: quietLog, newSecret: randomUUID, wake: nothing });
}

/** `speak('slack:U1', 'link')`, as a member, in that platform's channel `general`. */
export function createSpeaking(world: World) {
  const commands = commandsOf(world);
  return (
    who: `${Platform}:${string}`,
    text: string,
    facts: Partial<Pick<Invocation, 'standing' | 'channel' | 'requestKey'>> = {},
  ): Promise<Reply> => {
    const [platform, externalId] = who.split(':') as [Platform, string];
    const standing = facts.standing ?? 'member';
    const { channel = 'general', requestKey = randomUUID() } = facts;
    return commands.handle({ platform, externalId, standing, channel, text, requestKey });
  };
}
