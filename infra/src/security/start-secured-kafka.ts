import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKafka } from '../../bootstrap/kafka.mjs';
import { run } from '../../bootstrap/run.mjs';
import { startKafka, type ExtraListener } from '../../local/kafka.mjs';
import { freePort } from '../../local/ports.mjs';
import { makeAuthority, type Certificate } from './make-certificates.js';

/** What its listeners ask for; each is an address of the same broker. */
export type Door = 'open' | 'sasl' | 'tls' | 'saslTls' | 'mutualTls' | 'otherName';

/** For tests only: one broker that can be entered in every way, by users of its own. */
export interface SecuredKafka {
  /** host:port. `otherName` shows a certificate that is made out to another host. */
  readonly doors: Readonly<Record<Door, string>>;
  /** PEM file of the authority that signed the broker, and one of an authority that nobody here knows. */
  readonly authority: string;
  readonly strangeAuthority: string;
  readonly client: Certificate;
  /** A certificate of the strange authority. */
  readonly stranger: Certificate;
  /** Allows something to {@link LIMITED}. */
  allow(kind: 'topic' | 'group', name: string, operation: 'read' | 'write'): Promise<void>;
  /** Gives a user of SCRAM-SHA-512 another password. */
  setPassword(user: string, password: string): Promise<void>;
  stop(): Promise<void>;
}

/** The same for every user: what a test looks for where no secret may be. */
export const PASSWORD = 'pass-W0rd of=tests';
/** By mechanism; each may do everything. */
export const USERS = { plain: 'paula', 'scram-sha-256': 'sara', 'scram-sha-512': 'sven' } as const;
/** Logs in by SCRAM-SHA-512; may do nothing until an ACL says so. */
export const LIMITED = 'lim';

const SESSION_MS = 12_000;
const PLAIN_LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
const SCRAM_LOGIN = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';

export async function startSecuredKafka(): Promise<SecuredKafka> {
  const folder = await mkdtemp(join(tmpdir(), 'click-recall-secured-'));
  const [own, strange] = await Promise.all(['authority', 'stranger'].map((name) => makeAuthority(folder, name)));
  if (!own || !strange) throw new Error('two authorities were asked for');
  const certificate = await own.issue('broker', 'DNS:localhost,IP:127.0.0.1');
  const otherName = await own.issue('elsewhere', 'DNS:kafka.elsewhere.example');
  const client = await own.issue('client');
  const stranger = await strange.issue('client');
  const listener = async (name: string, protocol: ExtraListener['protocol']): Promise<ExtraListener> => ({
    ...{ name, protocol, port: await freePort(0) },
  });
  const listeners = {
    sasl: await listener('SASL', 'SASL_PLAINTEXT'),
    tls: await listener('TLS', 'SSL'),
    saslTls: await listener('SASLTLS', 'SASL_SSL'),
    mutualTls: await listener('MUTUALTLS', 'SSL'),
    otherName: await listener('OTHERNAME', 'SSL'),
  };
  const tls = (name: string, file: string): string[] => [
    `listener.name.${name}.ssl.keystore.type=PEM`,
    `listener.name.${name}.ssl.keystore.location=${file}`,
  ];
  const sasl = (name: string): string[] => [
    `listener.name.${name}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512`,
    `listener.name.${name}.plain.sasl.jaas.config=${PLAIN_LOGIN} user_${USERS.plain}="${PASSWORD}";`,
    `listener.name.${name}.scram-sha-256.sasl.jaas.config=${SCRAM_LOGIN}`,
    `listener.name.${name}.scram-sha-512.sasl.jaas.config=${SCRAM_LOGIN}`,
  ];
  const files = await ensureKafka({ update: () => undefined });
  const server = await startKafka({
    dataDir: join(folder, 'kafka'),
    files,
    port: 0,
    throwaway: true,
    listeners: Object.values(listeners),
    settings: [
      'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      `super.users=${['ANONYMOUS', 'CN=client', ...Object.values(USERS)].map((user) => `User:${user}`).join(';')}`,
      ...['sasl', 'sasltls'].flatMap(sasl),
      ...['tls', 'sasltls', 'mutualtls'].flatMap((name) => tls(name, certificate.together)),
      ...tls('othername', otherName.together),
      // Long enough for the clients, which ask anew 10 s before a session ends.
      `listener.name.sasltls.scram-sha-512.connections.max.reauth.ms=${SESSION_MS}`,
      'listener.name.mutualtls.ssl.client.auth=required',
      'listener.name.mutualtls.ssl.truststore.type=PEM',
      `listener.name.mutualtls.ssl.truststore.location=${own.file}`,
    ],
    scram: [
      `SCRAM-SHA-256=[name=${USERS['scram-sha-256']},password=${PASSWORD}]`,
      ...[USERS['scram-sha-512'], LIMITED].map((user) => `SCRAM-SHA-512=[name=${user},password=${PASSWORD}]`),
    ],
  });
  /** Kafka's own command line tools. */
  const tool = (main: string, args: string[]) =>
    run(files.java, ['-cp', files.classPath, main, '--bootstrap-server', server.address, ...args]);
  const address = ({ port }: ExtraListener): string => `127.0.0.1:${port}`;
  return {
    doors: {
      open: server.address,
      sasl: address(listeners.sasl),
      tls: address(listeners.tls),
      saslTls: address(listeners.saslTls),
      mutualTls: address(listeners.mutualTls),
      otherName: address(listeners.otherName),
    },
    authority: own.file,
    strangeAuthority: strange.file,
    client,
    stranger,
    async allow(kind, name, operation) {
      const what = ['--allow-principal', `User:${LIMITED}`, `--${kind}`, name, '--operation', operation];
      await tool('org.apache.kafka.tools.AclCommand', ['--add', ...what]);
    },
    async setPassword(user, password) {
      const what = ['--alter', '--entity-type', 'users', '--entity-name', user];
      await tool('kafka.admin.ConfigCommand', [...what, '--add-config', `SCRAM-SHA-512=[password=${password}]`]);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
