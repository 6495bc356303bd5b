/**
 * The environment for a child process that walks through tables of hundreds of megabytes: the C library asks the kernel for
 * large pages, so that a row found at random costs fewer looks into page tables. Ignored where library or kernel knows none;
 * what the environment says already about the library stays.
 */
export function withLargePages(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', ...env };
}
