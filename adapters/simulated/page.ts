import type { Container } from './container.ts';
import { isReady } from './container.ts';
import { renderLab } from './lab.ts';
import type { World } from './world.ts';

/** What a real container's Jupyter would answer below its base URL. */
export function answerPage(world: World, request: Request): Response {
  const url = new URL(request.url);
  const [, name, path] = /^\/simulated\/([^/]+)\/(.*)$/.exec(url.pathname) ?? [];
  if (request.method !== 'GET') return plain(405, 'Only GET is simulated.');
  const running = [...(world.containersByName.get(name ?? '') ?? [])].filter(
    (container) => container.state === 'running',
  );
  if (running.length === 0) return plain(404, 'No such session runs.');
  const token = tokenOf(request, url);
  const container = running.find(({ spec }) => spec.token === token);
  if (!container) return plain(403, 'Wrong or missing token.');
  if (!container.host.reachable) return plain(502, `${container.host.name} does not answer.`);
  if (!isReady(world, container)) return plain(503, 'Jupyter is still starting.');
  return answer(world, container, path);
}

function answer(world: World, container: Container, path: string | undefined): Response {
  switch (path) {
    case '':
    case 'lab':
      return new Response(renderLab(container), {
        headers: { ...privateHeaders, 'content-type': 'text/html; charset=utf-8' },
      });
    case 'api/status':
      return Response.json(status(world, container), { headers: privateHeaders });
    default:
      return plain(404, 'Jupyter is only simulated: it has no such page.');
  }
}

/** As Jupyter Server's own: https://jupyter-server.readthedocs.io, GET /api/status. */
function status({ clock }: World, { startedAt, restingSince }: Container) {
  return {
    started: startedAt,
    last_activity: restingSince ?? clock.now(),
    connections: restingSince ? 0 : 1,
    kernels: 1,
  };
}

function tokenOf(request: Request, url: URL): string | null {
  const [, fromHeader] = /^token (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  return fromHeader ?? url.searchParams.get('token');
}

/** The address holds a token: it goes into no cache and to no other site. */
const privateHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
};

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: privateHeaders });
}
