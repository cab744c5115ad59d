import { anyDevice, cpuDevice, familyOf, typeMatches } from '../core/device-type.ts';
import type { Account } from '../core/entity.ts';
import type { Chosen, FormField } from '../core/invocation.ts';
import type { Spending } from '../core/limits.ts';
import { type Policy, priceOf, sortedTypes, type TeamPolicy } from '../core/policy.ts';
import { isOffering, mostTogether } from '../core/queue.ts';
import { offeredTypes, type StartAsked, type StartFacts } from '../core/start-plan.ts';
import { type CatalogueImage, defaultImage, imageNamed, imagesFor } from './catalogue.ts';
import { formatExactDuration, parseDuration } from './duration.ts';
import { inCredits, priceWords } from './render/words.ts';

export type FieldFacts = {
  now: Date;
  policy: Policy;
  team: TeamPolicy;
  hosts: StartFacts['fleet']['hosts'];
  spending: Spending;
  accounts: { team: Account; own: Account };
  images: readonly CatalogueImage[];
};

type Options = FormField['options'];

/** What can be chosen for a start, and what is, where nothing else was said. */
export function startFields(facts: FieldFacts, chosen: Chosen): FormField[] {
  const type = withChoice({ name: 'type', label: 'Devices', ...typeOptions(facts) }, chosen);
  const others = [
    { name: 'count', label: 'How many', ...countOptions(facts, type.chosen) },
    { name: 'duration', label: 'For how long', ...durationOptions(facts) },
    { name: 'image', label: 'Image', ...imageOptions(facts, type.chosen) },
    { name: 'payer', label: 'Who pays', ...payerOptions(facts) },
  ];
  return [type, ...others.map((field) => withChoice(field, chosen))];
}

/** What the fields say. */
export function askedBy(
  fields: readonly FormField[],
  images: readonly CatalogueImage[],
): StartAsked {
  const said = (name: string) => fields.find((field) => field.name === name)?.chosen ?? '';
  return {
    deviceType: said('type'),
    deviceCount: Number(said('count')),
    leaseSeconds: parseDuration(said('duration')) ?? 0,
    image: imageNamed(images, said('image')) ?? defaultImage(images, said('type')),
    own: said('payer') === 'me',
    now: false,
  };
}

/** What was chosen, unless that is not to be had any more. */
function withChoice(field: FormField, chosen: Chosen): FormField {
  const wanted = chosen[field.name];
  const isThere = field.options.some(({ value }) => value === wanted);
  return isThere && wanted !== undefined ? { ...field, chosen: wanted } : field;
}

function typeOptions({ hosts, now, policy, team: { prices } }: FieldFacts) {
  const devices = hosts.flatMap((host) => {
    const isThere = isOffering(host, now, policy);
    return host.devices
      .filter(({ state }) => state === 'offered')
      .map(({ type, leaseId }) => ({ type, isFree: isThere && leaseId === null }));
  });
  const gpus = offeredTypes(hosts).filter((type) => type !== cpuDevice);
  const families = sortedTypes(gpus.map(familyOf));
  const wide = families.filter(
    (family) => gpus.filter((type) => typeMatches(family, type)).length > 1,
  );
  const hasCpu = devices.some(({ type }) => type === cpuDevice);
  const asked = [
    ...gpus,
    ...wide,
    ...(families.length > 1 ? [anyDevice] : []),
    ...(hasCpu ? [cpuDevice] : []),
  ];
  const options = [...new Set(asked)].map((value) => {
    const matching = devices.filter(({ type }) => typeMatches(value, type));
    const free = matching.filter(({ isFree }) => isFree).length;
    const each = matching
      .map(({ type }) => priceOf(prices, type))
      .sort((a, b) => Number(a - b))
      .map(priceWords);
    const price = [...new Set([each.at(0), each.at(-1)])].join('–');
    const label = `${wordsOfType(value, wide)} · ${free} of ${matching.length} free · ${price} ${price === '1' ? 'credit' : 'credits'}/h`;
    return { value, label, free };
  });
  const first = options.find(({ value, free }) => free > 0 && gpus.includes(value)) ?? options[0];
  return {
    options: options.map(({ value, label }) => ({ value, label })),
    chosen: first?.value ?? '',
  };
}

function wordsOfType(asked: string, families: readonly string[]): string {
  if (asked === anyDevice) return 'any GPU';
  return families.includes(asked) ? `any ${asked}` : asked;
}

/** As many as one host has and the limits leave. One at least, so that its refusal can be read. */
function countOptions({ hosts, team: { limits }, spending }: FieldFacts, type: string) {
  const left = [
    mostTogether(hosts, type),
    ...(limits.personDevices === null ? [] : [limits.personDevices - spending.personDevices]),
    ...(limits.teamDevices === null ? [] : [limits.teamDevices - spending.teamDevices]),
  ];
  const most = Math.max(1, Math.min(mostTyped, ...left));
  const options = Array.from({ length: most }, (_, at) => String(at + 1));
  return { options: options.map((value) => ({ value, label: value })), chosen: '1' };
}

/** Of so many digits a command is read. */
const mostTyped = 99;

const durations = {
  '30m': '30 minutes',
  '1h': '1 hour',
  '2h': '2 hours',
  '4h': '4 hours',
  '8h': '8 hours',
  '12h': '12 hours',
  '1d': '1 day',
};
const usualSeconds = 2 * 3600;

function durationOptions({ policy, team }: FieldFacts) {
  const [least, most] = [policy.leastLeaseSeconds, team.mostLeaseSeconds];
  const seconds = (value: string) => parseDuration(value) ?? 0;
  const fitting = Object.entries(durations)
    .map(([value, label]) => ({ value, label }))
    .filter(({ value }) => seconds(value) >= least && seconds(value) <= most);
  const longest = formatExactDuration(most).replaceAll(' ', '');
  const options: Options = fitting.length > 0 ? fitting : [{ value: longest, label: longest }];
  const usual = options.find(({ value }) => seconds(value) >= usualSeconds) ?? options.at(-1);
  return { options, chosen: usual?.value ?? longest };
}

function imageOptions({ images, hosts, policy }: FieldFacts, type: string) {
  const fitting = imagesFor(images, type, { hosts, policy });
  const options = fitting.map(({ names, says }) => {
    const value = names[0] ?? '';
    return { value, label: says === '' ? value : `${value} · ${says}` };
  });
  return { options, chosen: defaultImage(fitting, type).names[0] ?? '' };
}

/** Whoever has something; the team where nobody has, so that its refusal can be read. */
function payerOptions({ accounts: { team, own } }: FieldFacts) {
  const words = (name: string, { posted, held }: Account) =>
    `${name} · ${inCredits(posted - held)} available`;
  const both = [
    { value: 'team', label: words(team.name, team), hasAny: team.posted > team.held },
    { value: 'me', label: words('your own', own), hasAny: own.posted > own.held },
  ];
  const paying = both.filter(({ hasAny }) => hasAny);
  const options = (paying.length > 0 ? paying : both.slice(0, 1)).map(({ value, label }) => {
    return { value, label };
  });
  return { options, chosen: options[0]?.value ?? 'team' };
}
