/** What may be wrong with Slack, as tests set it. */
export type Ills = {
  limited: Map<string, { seconds: number; times: number }>;
  failing: Map<string, { status: number; times: number }>;
  losing: Map<string, { times: number }>;
  slowMillis: number;
  isOut: boolean;
  acksToDrop: number;
  /** How far back requests are signed. */
  backdatedSeconds: number;
  deliverTwice: boolean;
};

export function createIlls(): Ills {
  return {
    limited: new Map(),
    failing: new Map(),
    losing: new Map(),
    slowMillis: 0,
    isOut: false,
    acksToDrop: 0,
    backdatedSeconds: 0,
    deliverTwice: false,
  };
}

/** Counts one of the times down, and answers what was set, while any were left. */
export function take<Ill extends { times: number }>(ills: Map<string, Ill>, method: string) {
  const ill = ills.get(method);
  if (!ill || ill.times <= 0) return null;
  ill.times -= 1;
  return ill;
}
