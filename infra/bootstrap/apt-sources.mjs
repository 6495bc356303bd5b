import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * @typedef {object} Archive a Debian or Ubuntu release that has Redis 8
 * @property {string} uri the mirror that the system itself uses
 * @property {string} suite
 * @property {string} line the one-line apt source
 */

/** The releases of each distribution that ship Redis 8 or may, oldest first; their `redis-server` is in this component. */
const SUITES = {
  debian: { suites: ['trixie'], component: 'main', keyring: '/usr/share/keyrings/debian-archive-keyring.gpg' },
  ubuntu: {
    suites: ['questing', 'resolute'],
    component: 'universe main',
    keyring: '/usr/share/keyrings/ubuntu-archive-keyring.gpg',
  },
};

/**
 * The archives to try, on the mirrors named by the system's own apt sources: those answer from this machine, and their
 * keys are already trusted.
 *
 * @param {string} [etc] the system's configuration folder
 * @returns {Promise<Archive[]>}
 */
export async function debianArchives(etc = '/etc') {
  const release = await readFile(join(etc, 'os-release'), 'utf8').catch(() => '');
  const words = `${/^ID=(.*)$/m.exec(release)?.[1] ?? ''} ${/^ID_LIKE=(.*)$/m.exec(release)?.[1] ?? ''}`;
  const known = words.includes('ubuntu') ? SUITES.ubuntu : words.includes('debian') ? SUITES.debian : undefined;
  if (known === undefined) return [];
  const uris = [...new Set((await sourceTexts(etc)).flatMap(archiveUris))];
  return uris.flatMap((uri) =>
    known.suites.map((suite) => ({
      uri,
      suite,
      line: `deb [signed-by=${known.keyring}] ${uri} ${suite} ${known.component}`,
    })),
  );
}

/** @param {string} etc */
async function sourceTexts(etc) {
  const parts = join(etc, 'apt', 'sources.list.d');
  const names = (await readdir(parts).catch(() => [])).filter((name) => /\.(list|sources)$/.test(name)).sort();
  const paths = [join(etc, 'apt', 'sources.list'), ...names.map((name) => join(parts, name))];
  return Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
}

/**
 * The URIs of the distribution's main archive in one sources file, of either form: one-line (`deb [options] URI suite …`)
 * or deb822 (`URIs: …` in a stanza). Security archives and other people's repositories are left out, they have no
 * releases of the distribution.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function archiveUris(text) {
  /** @type {string[]} */
  const uris = [];
  for (const stanza of text.split(/\n\s*\n/)) {
    if (/^Enabled:\s*no\s*$/im.test(stanza)) continue;
    for (const line of stanza.split('\n')) {
      const oneLine = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s/.exec(line)?.[1];
      const deb822 = /^URIs:\s*(.+)$/i.exec(line)?.[1];
      uris.push(...(oneLine === undefined ? [] : [oneLine]), ...(deb822?.trim().split(/\s+/) ?? []));
    }
  }
  return uris.map((uri) => uri.replace(/\/+$/, '')).filter((uri) => /\/(debian|ubuntu|ubuntu-ports)$/.test(uri));
}
