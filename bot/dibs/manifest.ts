import { stringify } from 'yaml';
import { manifestOf } from '../../adapters/slack/manifest.ts';
import { commands } from '../commands/table.ts';

/** Prints what the app in Slack is created from; null: for Socket Mode. */
export function printManifest(requestUrl: string | null): number {
  const manifest = manifestOf({ commands, requestUrl });
  process.stdout.write(stringify(manifest, { lineWidth: 0 }));
  return 0;
}
