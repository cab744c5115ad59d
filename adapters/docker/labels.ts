/** What a thing of ours is for. Only these are ever listed, stopped or removed. */
export type Role = 'session' | 'probe' | 'workspace';

export const SESSION_LABEL = 'dibs.session';
/** The session's two words: they are part of its base path. */
export const NAME_LABEL = 'dibs.name';

export function labelsOf(installationId: string, role: Role): Record<string, string> {
  return { 'dibs.installation': installationId, 'dibs.role': role };
}

/** The engine's list filter for things of this installation in one role, and of one session. */
export function filterFor(installationId: string, role: Role, sessionId?: string) {
  const labels = labelsOf(installationId, role);
  if (sessionId) labels[SESSION_LABEL] = sessionId;
  return { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) };
}

/** Short enough for names, which people read; labels decide what is ours. */
export function shortened(id: string): string {
  return id.slice(-12);
}
