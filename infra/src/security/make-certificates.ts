import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DAYS = '2';

/** Signs certificates; made for one test, with openssl. */
export interface Authority {
  /** PEM file of its own certificate. */
  readonly file: string;
  /**
   * A key and its certificate.
   *
   * @param names what it is good for, as openssl takes it (`DNS:localhost,IP:127.0.0.1`); absent: for a client
   */
  issue(name: string, names?: string): Promise<Certificate>;
}

/** PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  /** Both in one, as Kafka takes them. */
  readonly together: string;
}

/** For tests only: an authority whose files lie in `folder`. */
export async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const file = join(folder, `${name}.pem`);
  const authorityKey = join(folder, `${name}.key`);
  const extensions = ['-addext', 'basicConstraints=critical,CA:TRUE'];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', DAYS, '-subj', `/CN=${name}`, ...extensions],
    ...['-keyout', authorityKey, '-out', file],
  ]);
  return {
    file,
    async issue(subject, names) {
      const at = (ending: string): string => join(folder, `${name}-${subject}.${ending}`);
      const [key, request, certificate, together, settings] = [at('key'), at('csr'), at('crt'), at('pem'), at('cnf')];
      await run('openssl', [
        ...['req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${subject}`, '-keyout', key, '-out', request],
      ]);
      await writeFile(settings, names === undefined ? 'extendedKeyUsage=clientAuth' : `subjectAltName=${names}`);
      const signed = ['-CA', file, '-CAkey', authorityKey, '-CAcreateserial', '-extfile', settings];
      await run('openssl', ['x509', '-req', '-in', request, ...signed, '-days', DAYS, '-out', certificate]);
      const [chain, secret] = await Promise.all([certificate, key].map((path) => run('cat', [path])));
      await writeFile(together, `${secret?.stdout}${chain?.stdout}`, { mode: 0o600 });
      return { certificate, key, together };
    },
  };
}
