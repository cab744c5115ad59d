import { blocksOf, problemsOfMessage, textLengthOf } from './blocks.ts';
import { type Fields, isFields, problemsOf, shape, string } from './check.ts';
import { limits } from './limits.ts';
import type { Arguments } from './method.ts';
import { Refused, refusedFor } from './refused.ts';

/** What there is to read, within every limit. */
export function readContent(args: Pick<Arguments, 'text' | 'json'>) {
  const blocks = args.json('blocks') ?? [];
  const text = args.text('text');
  const problems = problemsOfMessage(blocks);
  if (problems.length > 0) throw refusedFor('invalid_blocks', problems);
  if (text.trim() === '' && blocksOf(blocks).length === 0) throw new Refused('no_text');
  if (text.length > limits.message.text) throw new Refused('msg_too_long');
  const found = blocksOf(blocks);
  const size = textLengthOf(found) + Math.max(0, found.length - 1) * limits.message.perBlock;
  if (size > limits.message.blockText) throw new Refused('msg_blocks_too_long');
  return { text, blocks: found };
}

const metadataCheck = shape({
  event_type: string(255),
  event_payload: (value, at, problems) => {
    if (!isFields(value)) problems.push(`must be an object [json-pointer:${at}]`);
  },
});

export function readMetadata(args: Arguments): Fields | null {
  const metadata = args.json('metadata');
  if (!isFields(metadata) || Object.keys(metadata).length === 0) return null;
  const problems = problemsOf(metadataCheck, metadata, '/metadata');
  if (problems.length > 0) throw refusedFor('invalid_metadata_format', problems);
  return metadata;
}
