import type { Finding } from '../../core/finding.ts';

const signs: Readonly<Record<Finding['state'], string>> = { good: '✓', bad: '✗', note: '–' };
/** As wide as most subjects are. */
const subjectWidth = 14;

/** One line for each finding, and below it what to do. */
export function renderFinding({ subject, state, text, advice }: Finding): string {
  const line = `${signs[state]} ${subject.padEnd(subjectWidth)} ${text}\n`;
  return advice === null ? line : `${line}${' '.repeat(subjectWidth + 3)}→ ${advice}\n`;
}

export function renderVerdict(findings: readonly Finding[]): string {
  const bad = findings.filter(({ state }) => state === 'bad').length;
  if (bad === 0) return '\nAll is well.\n';
  return `\n${bad === 1 ? 'One thing needs' : `${bad} things need`} mending.\n`;
}
