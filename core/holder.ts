import type { Actor, Person } from './entity.ts';
import type { Refusal } from './refusal.ts';

/** Only the holder and admins of the holder's team may change a session. */
export function refuseStranger(holder: Person, actor: Actor): Refusal | null {
  if (actor.kind === 'system') return null;
  const stranger: Refusal = { kind: 'not_allowed', needs: 'holder or admin', holder: holder.name };
  if (actor.kind === 'stranger') return stranger;
  if (actor.personId === holder.id) return null;
  if (actor.roles.includes('admin') && actor.teamId === holder.teamId) return null;
  return stranger;
}

/** As it is said who did something. */
export function nameOf(actor: Actor): string {
  return actor.kind === 'stranger' ? actor.externalId : actor.name;
}
