import { start as startAction } from '../../core/actions/start.ts';
import { defaultImage, imagesFor, toImage } from '../catalogue.ts';
import { formatDuration } from '../duration.ts';
import { areHeld, code, devicesWords, inCredits, sentence, strong } from '../render/words.ts';
import { accepted, type CommandContext, command, refused } from './command.ts';

export const start = command({
  name: 'start',
  forGuests: false,
  summary: 'Start a session on one or more GPUs, or wait in line for them.',
  arguments: [
    { name: 'type', kind: 'devices', required: true },
    { name: 'duration', kind: 'duration', required: true },
    { name: 'image', kind: 'image', required: false },
  ],
  flags: [
    { name: '--now', says: 'Refuse instead of waiting in line.' },
    { name: '--me', says: 'Pay with your own credits instead of the team’s.' },
    { name: '--check', says: 'Check PyTorch, CUDA and NCCL there first, free of charge.' },
  ],
  examples: ['start a100 2h', 'start a100x2 90m 2.8', 'start any 1h --now'],
  async run(context, { type, duration, image }, flags) {
    const { store, actor, channel, requestKey } = context;
    const outcome = await store.perform(startAction, {
      requestKey,
      actor,
      input: {
        personId: actor.personId,
        teamId: actor.teamId,
        own: flags.has('--me'),
        ...type,
        leaseSeconds: duration,
        image: toImage(image ?? (await usualImage(context, type.deviceType))),
        check: flags.has('--check'),
        channel,
        now: flags.has('--now'),
      },
    });
    if (outcome.kind === 'refused') return refused(outcome.refusal);
    const { sessionId, name, hostId } = outcome.result;
    context.wake(hostId);
    const session = await store.sessionById(sessionId);
    const devices = devicesWords(type.deviceCount, session?.devices[0]?.type ?? type.deviceType);
    const held = session?.held ?? 0n;
    const lead =
      hostId === null
        ? [strong(name), ` waits in line for ${devices}. It starts by itself; `]
        : [strong(name), ` starts on ${session?.host}: ${devices} for `];
    const rest =
      hostId === null
        ? [`${areHeld(held)}. Leave the line with `, code(`/gpu stop ${name}`)]
        : [
            `${formatDuration(duration)}, ${inCredits(held)} held. The link comes when it is ready.`,
          ];
    return accepted(sentence('progress', ...lead, ...rest), session);
  },
});

/** The first that such devices can run. */
async function usualImage({ store, policy, images }: CommandContext, deviceType: string) {
  const { hosts } = await store.fleet();
  return defaultImage(imagesFor(images, deviceType, { hosts, policy }), deviceType);
}
