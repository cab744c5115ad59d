import { defaultApproval, type Policy, type TeamPolicy } from '../core/policy.ts';
import { imagesOf } from './catalogue.ts';
import type { Config } from './config.ts';
import { siteFile } from './site-file.ts';

/** What a newcomer has before there is a dibs.yaml. */
const trialTeam = {
  name: 'lab',
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  credits: 500,
  people: [{ name: 'alice', admin: true }, { name: 'bob' }, { name: 'carol' }],
};

export function teamsOf({ teams }: Config): NonNullable<Config['teams']> {
  return teams ?? siteFile.shape.teams.unwrap().parse([trialTeam]);
}

/** Shown where neither a Docker engine nor a configuration is at hand. */
export const simulatedHosts = [
  { name: 'gpu-1', devices: Array(4).fill({ model: 'NVIDIA A100-SXM4-80GB', memoryMib: 81_920 }) },
  {
    name: 'gpu-2',
    devices: Array(2).fill({ model: 'NVIDIA GeForce RTX 4090', memoryMib: 24_564 }),
  },
];

export function policyOf(config: Config): Policy {
  const { policy, prices = { default: 10_000n, cpu: 1_000n } } = config;
  const teams = teamsOf(config).map(({ name, limits, approval, ...team }): [string, TeamPolicy] => {
    const { person, team: all, lease = policy.mostLease } = limits;
    const { devices, ...personSpending } = person;
    const { channel = null, quorumAbove, expire, approve, deny } = approval;
    return [
      name,
      {
        prices: team.prices ?? prices,
        mostLeaseSeconds: lease,
        limits: { personSpending, personDevices: devices, teamDevices: all.devices },
        approval: {
          ...defaultApproval,
          channel,
          quorumAbove,
          approveEmoji: approve,
          denyEmoji: deny,
          validSeconds: expire,
        },
      },
    ];
  });
  return {
    leastLeaseSeconds: policy.leastLease,
    mostLeaseSeconds: policy.mostLease,
    queueLimit: policy.queueLimit,
    startDeadlineSeconds: policy.startDeadline,
    claimSeconds: policy.claim,
    hostSilentSeconds: policy.hostSilent,
    hostLostSeconds: policy.hostLost,
    warnSeconds: [900, 300],
    stopGraceSeconds: policy.stopGrace,
    queueDeadlineSeconds: policy.queueDeadline,
    pendingRequestLimit: policy.pendingRequests,
    images: imagesOf(config).map(({ names, cuda, compute }) => ({ names, cuda, compute })),
    forwardCompatible: (config.hosts ?? [])
      .filter(({ forwardCompatible }) => forwardCompatible)
      .map(({ name }) => name),
    teams: Object.fromEntries(teams),
    prices,
  };
}
