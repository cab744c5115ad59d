import { z } from 'zod';
import type { Verdict } from '../../core/ports.ts';
import type { Connection } from './connection.ts';
import { exec } from './exec.ts';

/** The image's own limit is shorter, so that what hangs is named by it. */
const LIMIT_SECONDS = 150;
const COMMAND = ['timeout', `${LIMIT_SECONDS - 10}`, 'dibs-smoke'];

const verdict: z.ZodType<Verdict> = z.object({
  ok: z.boolean(),
  torch: z.string().nullable(),
  cuda: z.boolean(),
  cudaVersion: z.string().nullable(),
  devices: z.array(z.string()),
  checks: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      seconds: z.number(),
      detail: z.string().nullable(),
    }),
  ),
  freeDiskBytes: z.number().nullable(),
  jupyter: z.string().nullable(),
});

/** Runs the image's `dibs-smoke`. An image without one, or one that says nothing, has failed it. */
export async function checkImage(
  connection: Connection,
  containerId: string,
  signal: AbortSignal,
): Promise<Verdict> {
  const asked = { id: containerId, command: COMMAND, limitSeconds: LIMIT_SECONDS };
  const { exitCode, stdout, stderr } = await exec(connection, asked, signal);
  return parseVerdict(stdout) ?? unreadable(exitCode, stderr || stdout);
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
  const detail = `exit code ${exitCode}${said === '' ? '' : `: ${said}`}`;
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
