import { describe, expect, it } from 'vitest';
import { renderReady, renderSsh } from '../../bot/render/ready.ts';
import { renderSession } from '../../bot/render/session.ts';
import { plainText } from '../../bot/render/words.ts';
import type { Verdict } from '../../core/ports.ts';
import { aView } from '../support/session-view.ts';

const link = 'https://gpu.example.org/open/abc';
const ssh = { host: 'gpu-1.example.org', port: 32_774 };
const verdict: Verdict = {
  ok: true,
  torch: '2.10.0+cu128',
  cuda: true,
  cudaVersion: '12.8',
  devices: ['NVIDIA A100-SXM4-80GB', 'NVIDIA A100-SXM4-80GB'],
  checks: [
    { name: 'matmul', ok: true, seconds: 0.41, detail: null },
    { name: 'nccl', ok: true, seconds: 1.2, detail: null },
  ],
  freeDiskBytes: 1e11,
  jupyter: '4.5.0',
};

const labelsOf = (view: Parameters<typeof renderSession>[0]) =>
  renderSession(view, null).parts.flatMap((part) =>
    part.kind === 'actions' ? part.actions.map(({ label }) => label) : [],
  );

describe('what its holder is told of a ready session', () => {
  it('is the ssh line, the block for ~/.ssh/config and the link for VS Code', () => {
    const text = plainText(renderReady(aView({ ssh, keyIds: ['key-1'] }), link));
    for (const words of [
      link,
      'ssh -p 32774 dibs@gpu-1.example.org',
      'Host brave-otter\n  HostName gpu-1.example.org\n  Port 32774\n  User dibs',
      'HostKeyAlias dibs-gpu-1',
      'vscode://vscode-remote/ssh-remote+dibs@gpu-1.example.org:32774/workspace',
      'tmux new -A -s main',
    ])
      expect(text).toContain(words);
    expect(plainText(renderSsh(aView({ ssh, keyIds: ['key-1'] })))).not.toContain(link);
  });

  it('is how to add a key, where there is none yet', () => {
    for (const keyIds of [null, []]) {
      const text = plainText(renderReady(aView({ ssh, keyIds }), link));
      expect(text).toContain('/gpu key add ssh-ed25519');
      expect(text).not.toContain('ssh -p');
    }
  });

  it('says nothing of SSH where the image has none', () => {
    expect(plainText(renderReady(aView(), link))).not.toMatch(/ssh/i);
    expect(labelsOf(aView())).not.toContain('SSH');
    expect(labelsOf(aView({ ssh }))).toContain('SSH');
  });
});

describe('the check of a session', () => {
  it('that passed is told with PyTorch, CUDA and the devices', () => {
    const text = plainText(renderSession(aView({ verdict }), null));
    expect(text).toContain('PyTorch 2.10.0+cu128, CUDA 12.8 on 2 × NVIDIA A100-SXM4-80GB');
    expect(text).toContain('matmul, nccl in 1.6 s');
  });

  it('that failed is told with what failed and what it said', () => {
    const nccl = { name: 'nccl', ok: false, seconds: 30, detail: 'peer access timed out' };
    const failed = { ...verdict, ok: false, checks: [...verdict.checks.slice(0, 1), nccl] };
    const text = plainText(renderSession(aView({ verdict: failed }), null));
    expect(text).toContain('Check failed: nccl (peer access timed out)');
    expect(text).not.toContain('matmul');
  });

  it('without a GPU says so', () => {
    const none = { ...verdict, cuda: false, cudaVersion: null, devices: [], checks: [] };
    expect(plainText(renderSession(aView({ verdict: none }), null))).toContain('no CUDA.');
  });
});
