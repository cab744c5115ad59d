import type { MessagePart, Text } from '../../core/message.ts';
import type { Verdict } from '../../core/ports.ts';
import { strong } from './words.ts';

/** What the image's check found, in a line; what failed, with what it said. */
export function verdictPart(verdict: Verdict): MessagePart {
  return { kind: 'text', text: verdict.ok ? passed(verdict) : failed(verdict) };
}

function passed({ torch, cuda, cudaVersion, devices, checks }: Verdict): Text {
  const seconds = checks.reduce((sum, check) => sum + check.seconds, 0);
  const names = checks.map(({ name }) => name).join(', ');
  const inside = [
    torch === null ? 'no PyTorch' : `PyTorch ${torch}`,
    cuda ? `CUDA ${cudaVersion ?? ''} on ${countOf(devices)}`.replace('  ', ' ') : 'no CUDA',
  ].join(', ');
  const ran = checks.length === 0 ? '' : `; ${names} in ${Math.round(seconds * 10) / 10} s`;
  return [strong('Check passed'), `: ${inside}${ran}.`];
}

function failed({ checks }: Verdict): Text {
  const failures = checks.filter(({ ok }) => !ok);
  const said = failures.map(({ name, detail }) => (detail ? `${name} (${detail})` : name));
  return [
    strong('Check failed'),
    `: ${said.join('; ') || 'it gave no reason'}. Stop it and tell an admin, or try another image.`,
  ];
}

function countOf(devices: readonly string[]): string {
  const counts = [...Map.groupBy(devices, (name) => name)];
  return counts
    .map(([name, same]) => (same.length === 1 ? name : `${same.length} × ${name}`))
    .join(', ');
}
