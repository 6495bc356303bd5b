import { expect, it } from 'vitest';
import { withLargePages } from './large-pages.js';

it('asks for large pages beside what is in the environment', () => {
  expect(withLargePages({ PATH: '/bin' })).toEqual({ PATH: '/bin', GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' });
});

it('leaves the settings of the C library that are there', () => {
  expect(withLargePages({ GLIBC_TUNABLES: 'glibc.malloc.check=3' })).toEqual({
    GLIBC_TUNABLES: 'glibc.malloc.check=3',
  });
});
