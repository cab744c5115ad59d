import { z } from 'zod';
import type { Verdict } from '../../core/ports.ts';
import type { Connection } from './connection.ts';
import { SYSTEM_PATH } from './container-spec.ts';
import { exec } from './exec.ts';

/** The image's own limit is shorter, so that what hangs is named by it. */
const LIMIT_SECONDS = 150;
const KILL_SECONDS = 130;
/** The image's programs, and not what a person put into ~/.local/bin. */
const COMMAND = [
  'sh',
  '-c',
  `PATH=/opt/dibs/bin:${SYSTEM_PATH}; exec timeout -k 5 ${KILL_SECONDS} dibs-smoke`,
];
/** A person's own packages may print anything, and it stands in messages. */
const MOST_CHARACTERS = 300;
const MOST_ITEMS = 64;
const words = z.string().transform((text) => text.slice(0, MOST_CHARACTERS));

const verdict: z.ZodType<Verdict> = z.object({
  ok: z.boolean(),
  torch: words.nullable(),
  cuda: z.boolean(),
  cudaVersion: words.nullable(),
  devices: z.array(words).max(MOST_ITEMS),
  checks: z
    .array(
      z.object({
        name: words,
        ok: z.boolean(),
        seconds: z.number(),
        detail: words.nullable(),
      }),
    )
    .max(MOST_ITEMS),
  freeDiskBytes: z.number().nullable(),
  jupyter: words.nullable(),
});

/**
 * Runs the image's `dibs-smoke`. An image without one, one that says nothing and one that does not
 * end have failed it: a session is ready all the same, and charged.
 */
export async function checkImage(
  connection: Connection,
  containerId: string,
  signal: AbortSignal,
): Promise<Verdict> {
  const limit = AbortSignal.timeout(LIMIT_SECONDS * 1000);
  const asked = { id: containerId, command: COMMAND, limitSeconds: 2 * LIMIT_SECONDS };
  try {
    const ran = await exec(connection, asked, AbortSignal.any([signal, limit]));
    return parseVerdict(ran.stdout) ?? unreadable(ran.exitCode, ran.stderr || ran.stdout);
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error;
    return failed(`no end within ${LIMIT_SECONDS} s`);
  }
}

/** Of what it prints, the last line is the verdict. */
export function parseVerdict(printed: string): Verdict | null {
  const line = printed.trim().split('\n').at(-1) ?? '';
  try {
    return verdict.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function unreadable(exitCode: number, printed: string): Verdict {
  const said = printed.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  return failed(`exit code ${exitCode}${said === '' ? '' : `: ${said}`}`);
}

function failed(detail: string): Verdict {
  return {
    ok: false,
    torch: null,
    cuda: false,
    cudaVersion: null,
    devices: [],
    checks: [{ name: 'dibs-smoke', ok: false, seconds: 0, detail }],
    freeDiskBytes: null,
    jupyter: null,
  };
}
