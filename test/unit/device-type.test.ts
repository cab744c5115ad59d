import { expect, test } from 'vitest';
import { deviceTypeOf, familyOf, typeMatches } from '../../core/device-type.ts';

test.each([
  ['NVIDIA A100-SXM4-80GB', 'a100-80gb'],
  ['NVIDIA A100 80GB PCIe', 'a100-80gb'],
  ['NVIDIA A100-PCIE-40GB', 'a100-40gb'],
  ['A100-SXM4-40GB', 'a100-40gb'],
  ['NVIDIA A100-SXM-64GB', 'a100-64gb'],
  ['NVIDIA H100 80GB HBM3', 'h100-80gb'],
  ['NVIDIA H100 PCIe', 'h100'],
  ['NVIDIA H100 NVL', 'h100'],
  ['NVIDIA H200', 'h200'],
  ['NVIDIA H200 NVL', 'h200'],
  ['NVIDIA H20', 'h20'],
  ['NVIDIA GH200 480GB', 'gh200-480gb'],
  ['NVIDIA GH200 144G HBM3e', 'gh200-144gb'],
  ['NVIDIA B200', 'b200'],
  ['NVIDIA GB200', 'gb200'],
  ['NVIDIA L4', 'l4'],
  ['NVIDIA L40S', 'l40s'],
  ['NVIDIA A10G', 'a10g'],
  ['NVIDIA A30', 'a30'],
  ['NVIDIA A40', 'a40'],
  ['NVIDIA A2', 'a2'],
  ['Tesla T4', 't4'],
  ['Tesla V100-SXM2-16GB', 'v100-16gb'],
  ['Tesla V100-PCIE-32GB', 'v100-32gb'],
  ['Tesla P100-PCIE-16GB', 'p100-16gb'],
  ['Tesla K80', 'k80'],
  ['NVIDIA RTX A6000', 'a6000'],
  ['NVIDIA RTX A4000', 'a4000'],
  ['NVIDIA RTX 6000 Ada Generation', 'rtx6000ada'],
  ['NVIDIA RTX PRO 6000 Blackwell Server Edition', 'rtxpro6000'],
  ['NVIDIA RTX PRO 6000 Blackwell Workstation Edition', 'rtxpro6000'],
  ['NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition', 'rtxpro6000'],
  ['Quadro RTX 8000', 'rtx8000'],
  ['NVIDIA GeForce RTX 4090', 'rtx4090'],
  ['NVIDIA GeForce RTX 4090 Laptop GPU', 'rtx4090'],
  ['NVIDIA GeForce RTX 3080 Ti', 'rtx3080ti'],
  ['NVIDIA GeForce RTX 4070 Ti SUPER', 'rtx4070tisuper'],
  ['GeForce GTX 1080 Ti', 'gtx1080ti'],
  ['NVIDIA TITAN RTX', 'titanrtx'],
  ['NVIDIA TITAN Xp', 'titanxp'],
])('%s is asked for as %s', (model, type) => {
  expect(deviceTypeOf(model)).toBe(type);
});

test('a type is asked for by itself, by its family or as any', () => {
  expect(familyOf('a100-80gb')).toBe('a100');
  expect(familyOf('rtx4090')).toBe('rtx4090');
  for (const asked of ['a100-80gb', 'a100', 'any'])
    expect(typeMatches(asked, 'a100-80gb')).toBe(true);
  for (const asked of ['a100-40gb', 'a10', 'cpu', ''])
    expect(typeMatches(asked, 'a100-80gb')).toBe(false);
});

test('any gives a GPU and never the CPU', () => {
  expect(typeMatches('any', 'cpu')).toBe(false);
  expect(typeMatches('cpu', 'cpu')).toBe(true);
});
