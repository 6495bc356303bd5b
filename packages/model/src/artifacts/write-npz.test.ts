import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ModelInputError } from '../errors.js';
import { writeNpz } from './write-npz.js';

const arrays = {
  userVectors: { data: Float32Array.of(1, 2, 3, 4, 5, 6.5), shape: [3, 2] },
  userIds: { data: ['a', 'ünï😀', ''], shape: [3] },
  counts: { data: Int32Array.of(7, -8), shape: [2] },
};
const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

describe('writeNpz', () => {
  it.skipIf(!hasNumpy)('is read by numpy (skipped without it)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'npz-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'vectors.npz'), writeNpz(arrays));
    const script =
      'import json, numpy; d = numpy.load("vectors.npz"); print(json.dumps({k: d[k].tolist() for k in d}))';
    const { stdout } = spawnSync('python3', ['-c', script], { cwd: folder, encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual({
      userVectors: [
        [1, 2],
        [3, 4],
        [5, 6.5],
      ],
      userIds: ['a', 'ünï😀', ''],
      counts: [7, -8],
    });
  });

  it('is a zip of .npy files', () => {
    const bytes = Buffer.from(writeNpz(arrays));
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
    expect(bytes.subarray(30, 45).toString()).toBe('userVectors.npy');
    const npy = bytes.subarray(45);
    expect(npy.subarray(1, 6).toString()).toBe('NUMPY');
    const header = npy.subarray(10, 10 + npy.readUInt16LE(8)).toString();
    expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(3, 2\), \} *\n$/);
    expect((10 + header.length) % 64).toBe(0);
    expect(npy.readFloatLE(10 + header.length + 20)).toBe(6.5);
    expect(bytes.readUInt16LE(bytes.length - 12)).toBe(3); // files, in the end record
  });

  it('is the same for the same content', () => {
    expect(writeNpz(arrays)).toEqual(writeNpz(arrays));
  });

  it('refuses a shape that does not fit', () => {
    expect(() => writeNpz({ a: { data: Int32Array.of(1), shape: [2] } })).toThrow(ModelInputError);
  });
});
