import type { ClockReading } from '../../core/clock-reading.ts';
import { bad, type Finding, good, note } from '../../core/finding.ts';

/** Slack refuses what is signed five minutes off, and hosts' clocks say when containers ended. */
const mostSeconds = 60;

export function clockFinding(readings: readonly ClockReading[]): Finding {
  if (readings.length === 0) return note('Clock', 'there is no other to compare this one with');
  const off = readings.filter(({ aheadSeconds }) => Math.abs(aheadSeconds) > mostSeconds);
  if (off.length === 0)
    return good('Clock', `within a minute of ${readings.map(({ of }) => of).join(', ')}`);
  const differences = off.map(({ of, aheadSeconds }) => {
    const side = aheadSeconds > 0 ? 'behind' : 'ahead of';
    return `${Math.abs(aheadSeconds)} s ${side} ${of}`;
  });
  const advice = 'Have every machine set its clock by NTP: “timedatectl set-ntp true”.';
  return bad('Clock', `this machine is ${differences.join(', ')}`, advice);
}
