import type { Asker, Chosen, Form, Invocation } from '../core/invocation.ts';
import type { Message } from '../core/message.ts';
import { type Policy, teamPolicyOf } from '../core/policy.ts';
import type { Clock } from '../core/ports.ts';
import type { Refusal } from '../core/refusal.ts';
import { offeredTypes, planStart } from '../core/start-plan.ts';
import type { Store } from '../core/store.ts';
import type { CatalogueImage } from './catalogue.ts';
import { ownAccounts } from './commands/accounts.ts';
import { placeIn } from './commands/sessions.ts';
import { renderQuote } from './render/quote.ts';
import { renderRefusal } from './render/refusal.ts';
import { typedDevices } from './render/words.ts';
import { askedBy, startFields } from './start-fields.ts';

type Deps = {
  store: Store;
  clock: Clock;
  policy: Policy;
  images: readonly CatalogueImage[];
};

/** The start of a session as a form, quoted by the rules that will decide it. Nothing is held. */
export async function startForm(
  { store, clock, policy, images }: Deps,
  { platform, externalId, standing, channel }: Asker & Pick<Invocation, 'standing'>,
  chosen: Chosen,
): Promise<{ form: Form } | { message: Message }> {
  const person = await store.personOf(platform, externalId, channel);
  if (person === null) return refused({ kind: 'person_unknown', platform, externalId });
  if (standing !== 'member') return refused({ kind: 'guests_refused', command: 'start' });
  const { teamId, team: name } = person;
  const [fleet, payees, spending] = await Promise.all([
    store.fleet(),
    store.payees(),
    store.spendingOf({ personId: person.id, teamId }),
  ]);
  if (offeredTypes(fleet.hosts).length === 0) return refused({ kind: 'no_hosts_yet' });
  const payers = ownAccounts(payees, { personId: person.id, teamId });
  const [{ account: team }, { account: own }] = await Promise.all([
    store.balanceOf(payers.team.accountId),
    store.balanceOf(payers.own.accountId),
  ]);
  const now = clock.now();
  const facts = { now, policy, hosts: fleet.hosts, spending, images };
  const accounts = { team, own };
  const fields = startFields({ ...facts, team: teamPolicyOf(policy, name), accounts }, chosen);
  const asked = askedBy(fields, images);
  const account = asked.own ? own : team;
  const plan = planStart({ fleet, payer: { person, account }, spending }, asked, { now, policy });
  const place =
    'refusal' in plan ? null : placeIn(plan.line, plan.asked.sessionId, { now, policy });
  const quote = renderQuote(asked, plan, { account, place });
  return { form: { title: 'Start a session', submit: 'Start', fields, quote } };
}

/** What follows `/gpu` for what was chosen: `start a100x2 2h pytorch --me`. */
export function startCommand(chosen: Chosen): string {
  const { type = '', count = '1', duration = '', image = '', payer } = chosen;
  const words = ['start', typedDevices(type, Number(count)), duration, image];
  return [...words, ...(payer === 'me' ? ['--me'] : [])].filter((word) => word !== '').join(' ');
}

function refused(refusal: Refusal): { message: Message } {
  return { message: renderRefusal(refusal) };
}
