import type { Container } from './container.ts';
import { labStyle } from './lab-style.ts';

/** The page where a real container would open JupyterLab: it says what this fleet is and is not. */
export function renderLab(container: Container): string {
  const { spec, host } = container;
  const name = toHtml(spec.sessionName);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} (simulated)</title>
<style>${labStyle}</style>
</head>
<body>
<main>
<p class="badge">Simulated</p>
<h1>${name}</h1>
<p class="lead">On a real host, JupyterLab would open here. This fleet is simulated: no container
runs and no GPU computes, but requests, credits, queues and receipts work as they always do.</p>
<section>
<h2>Devices on ${toHtml(host.name)}</h2>
${deviceList(container)}
</section>
<section>
<h2>Connect a real GPU host</h2>
<p>Put the machine into <code>dibs.yaml</code> and start again. It needs Docker and the NVIDIA
container toolkit.</p>
<pre><code>hosts:
  - name: gpu-1
    docker: unix:///var/run/docker.sock</code></pre>
</section>
</main>
</body>
</html>
`;
}

/** As `nvidia-smi -L` prints it inside: indexes count from 0 whatever the host's are. */
function deviceList({ host, spec }: Container): string {
  if (spec.deviceUuids.length === 0) return '<p>None: this session has no GPU.</p>';
  const lines = spec.deviceUuids.map((uuid, index) => {
    const model = host.devices.get(uuid)?.model ?? 'lost device';
    return `GPU ${index}: ${model} (UUID: ${uuid})`;
  });
  return `<pre><code><span class="prompt">$ nvidia-smi -L  # simulated</span>
${toHtml(lines.join('\n'))}</code></pre>`;
}

function toHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
