import { stringify } from 'yaml';
import { manifestOf } from '../../adapters/slack/manifest.ts';
import { commands } from '../commands/table.ts';
import type { Shell } from './shell.ts';

/** Prints what the app in Slack is created from; null: for Socket Mode. */
export function printManifest(requestUrl: string | null, { out }: Shell): number {
  const manifest = manifestOf({ commands, requestUrl });
  out(stringify(manifest, { lineWidth: 0 }));
  return 0;
}
