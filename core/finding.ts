/** What a look at the surroundings found, in words. */
export type Finding = {
  /** What was looked at: `Database`, `Host gpu-1`. */
  subject: string;
  /** `note`: not asked for, not to be seen from here, or worth knowing. */
  state: 'good' | 'bad' | 'note';
  text: string;
  /** What to do about it; null: nothing. */
  advice: string | null;
};

export function good(subject: string, text: string): Finding {
  return { subject, state: 'good', text, advice: null };
}

export function bad(subject: string, text: string, advice: string): Finding {
  return { subject, state: 'bad', text, advice };
}

export function note(subject: string, text: string, advice: string | null = null): Finding {
  return { subject, state: 'note', text, advice };
}
