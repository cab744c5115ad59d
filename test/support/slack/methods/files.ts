import { type Fields, isFields, list, problemsOf, shape, string } from '../check.ts';
import type { StoredFile } from '../entities.ts';
import { addMessage, findMessage } from '../messages.ts';
import { joinedChannel, type Method, type MethodContext } from '../method.ts';
import { Refused, refusedFor } from '../refused.ts';
import { fileFields } from '../wire.ts';
import { secret } from '../workspace.ts';

const getUploadUrl: Method = {
  token: 'bot',
  scope: 'files:write',
  args: { filename: 'text', length: 'number', 'alt_text?': 'text', 'snippet_type?': 'text' },
  run(args, { workspace, uploads, address }) {
    const length = args.number('length', 0);
    if (!Number.isInteger(length) || length < 1) throw new Refused('invalid_arguments');
    const id = workspace.newId('F');
    uploads.set(id, { length, file: null, name: args.text('filename') });
    return { upload_url: `${address()}/upload/v1/${id}?key=${secret()}`, file_id: id };
  },
};

const completeUpload: Method = {
  token: 'bot',
  scope: 'files:write',
  args: {
    files: 'json',
    'channel_id?': 'text',
    'thread_ts?': 'text',
    'initial_comment?': 'text',
  },
  run(args, context) {
    const { workspace } = context;
    const files = uploadedFiles(args.json('files'), context);
    if (args.has('channel_id')) {
      const channel = joinedChannel(workspace, args.text('channel_id'));
      if (channel.isArchived) throw new Refused('is_archived');
      const threadTs = args.has('thread_ts') ? args.text('thread_ts') : null;
      if (threadTs !== null && !findMessage(channel, threadTs))
        throw new Refused('thread_not_found');
      const text = args.text('initial_comment');
      addMessage(workspace, channel, { user: workspace.bot.userId, text, files, threadTs });
    }
    for (const { id } of files) context.uploads.delete(id);
    return { files: files.map(fileFields) };
  },
};

export const fileMethods = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
};

const named = list(
  shape({ id: string(50), 'title?': string(255), 'highlight_type?': string(50) }),
  10,
);

function uploadedFiles(sent: unknown, { uploads }: MethodContext): StoredFile[] {
  const problems = problemsOf(named, sent, '/files');
  if (problems.length > 0) throw refusedFor('invalid_arguments', problems);
  const all: Fields[] = Array.isArray(sent) ? sent.filter(isFields) : [];
  return all.map(({ id, title }) => {
    const file = uploads.get(String(id))?.file;
    if (!file) throw new Refused('file_not_found');
    return { ...file, title: typeof title === 'string' ? title : file.name };
  });
}

/** Takes what was sent to an upload URL: as it is, or as the only part of a form. */
export async function takeUpload(
  { uploads }: MethodContext,
  id: string,
  request: { body: Buffer; contentType: string },
): Promise<void> {
  const upload = uploads.get(id);
  if (!upload) throw new Refused('file_not_found');
  const content = await contentOf(request);
  if (content.length !== upload.length) throw new Refused('file_length_mismatch');
  upload.file = { id, name: upload.name, title: upload.name, content };
}

async function contentOf({ body, contentType }: { body: Buffer; contentType: string }) {
  if (!contentType.startsWith('multipart/form-data')) return body;
  const headers = { 'content-type': contentType };
  const form = await new Response(new Uint8Array(body), { headers }).formData();
  for (const part of form.values())
    if (typeof part !== 'string') return Buffer.from(await part.arrayBuffer());
  throw new Refused('no_file_data');
}
