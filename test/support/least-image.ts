import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Image } from '../../core/ports.ts';

/** What Dibs asks of an image, and no more: it has neither Jupyter nor SSH nor a /workspace. */
export const leastImage: Readonly<Record<string, string>> = {
  Dockerfile: 'ARG BASE\nFROM $BASE\nCOPY server.py /\nENTRYPOINT ["python3", "/server.py"]\n',
  'server.py': `
import http.server, os
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            wanted = "token " + open("/run/dibs/token").read()
        except FileNotFoundError:
            wanted = None
        is_known = self.path == os.environ["DIBS_BASE_URL"] + "api/status"
        is_admitted = self.headers.get("Authorization") == wanted
        self.send_response(200 if is_known and is_admitted else 403)
        self.end_headers()
http.server.HTTPServer(("", 8888), Answer).serve_forever()
`,
};

/** Builds it on an image with Python: where the boot of JupyterLab is not what is tested. */
export async function bringLeastImage(docker: Docker, base: string): Promise<Image> {
  const reference = 'dibs-test/least:1';
  const context = await mkdtemp(join(tmpdir(), 'dibs-least-'));
  try {
    for (const [name, text] of Object.entries(leastImage))
      await writeFile(join(context, name), text);
    const src = Object.keys(leastImage);
    const options = { t: reference, buildargs: { BASE: base } };
    const stream = await docker.buildImage({ context, src }, options);
    await new Promise<void>((resolve, reject) =>
      docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
    );
    return { name: 'least', reference, build: null, cuda: null, compute: null };
  } finally {
    await rm(context, { recursive: true });
  }
}
