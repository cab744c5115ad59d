import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProxyServer } from 'http-proxy-3';
import { WebSocketServer } from 'ws';
import { createProxy } from '../../adapters/proxy/proxy.ts';
import { createSystemClock } from '../../adapters/system/clock.ts';
import { createLog } from '../../adapters/system/log.ts';
import { newId } from '../../adapters/system/new-id.ts';
import { secretOf } from '../../core/secret.ts';

/**
 * What the proxy's benchmark runs, each in a process of its own: `far`, which answers as Jupyter
 * does when a page looks after its kernels, and in front of what the second argument names either
 * `proxy`, or `bare`, the library alone.
 */
const [side = '', url = ''] = process.argv.slice(2);

if (side === 'far') {
  const kernel = { id: '1', name: 'python3', execution_state: 'idle', connections: 1 };
  const body = JSON.stringify(Array.from({ length: 8 }, () => kernel));
  const server = createServer((_, res) => {
    res.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      etag: '"7f2c"',
      'set-cookie': '_xsrf=2|1f2e; Path=/',
    });
    res.end(body);
  });
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
  });
} else if (side === 'bare') {
  const library = new ProxyServer({ target: url, agent: new Agent({ keepAlive: true }) });
  library.on('error', () => process.exit(1));
  const server = createServer((req, res) => library.web(req, res));
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
  });
} else {
  const name = 'brave-otter';
  const route = {
    sessionId: '1',
    name,
    holderId: 'bob',
    url: `${url}/s/${name}/`,
    token: 'secret',
  };
  const proxy = createProxy(
    {
      publicUrl: new URL('http://gpu.example.org'),
      port: 0,
      bind: '127.0.0.1',
      subdomains: false,
      tls: null,
      signingKey: secretOf('a key for measuring, of some length'),
    },
    {
      routes: { routeOf: async () => ({ kind: 'open', route }), useLink: async () => true },
      clock: createSystemClock(),
      newId,
      log: createLog('warn'),
    },
  );
  const { port } = await proxy.listen();
  const { pathname } = new URL(await proxy.access.linkTo(route));
  const said = { url: `http://127.0.0.1:${port}`, link: pathname };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
