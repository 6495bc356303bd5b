import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, makeOnce } from './cache.mjs';
import { checkFolder } from './checksums.mjs';
import { SetupProblem } from './problem.mjs';
import { bytes } from './progress.mjs';
import { outputOf, run, which } from './run.mjs';

const KAFKA_VERSION = '4.1.1';
const KAFKA_ARTIFACT = 'kafka_2.13';
/** The last line of slf4j 1.7 bindings, which Kafka's own distribution ships too. */
const LOG4J_VERSION = '2.25.1';
const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const OLDEST_JAVA = 17;
/** Stands in a folder of jars whose sums were looked at. */
const CHECKED = 'sha256-checked';

const WAYS_OUT = [
  'set KAFKA_BROKERS=host:port to use a Kafka of your own (3.0 or newer)',
  'set KAFKA_HOME to an unpacked Apache Kafka 4.x distribution',
  'use Docker: docker compose -f infra/compose.yaml up',
];

/**
 * @typedef {object} KafkaFiles what a local broker is started from
 * @property {string} java path of the java program, 17 or newer
 * @property {string} classPath of the broker and its tools
 * @property {string} version for people
 */

/**
 * Finds Apache Kafka's jars, or gets them by Maven into the cache folder.
 *
 * @param {{ update(text: string): void }} task
 * @returns {Promise<KafkaFiles>}
 * @throws {SetupProblem} when Java or Maven is missing or the download fails
 */
export async function ensureKafka(task) {
  const { java, version: javaVersion } = await findJava();
  const home = process.env['KAFKA_HOME'];
  if (home !== undefined && home !== '') {
    const libs = join(home, 'libs');
    const jars = existsSync(libs) ? await readdir(libs) : [];
    if (!jars.some((jar) => jar.startsWith('kafka_'))) {
      throw new SetupProblem(`KAFKA_HOME is ${home}, which has no libs/kafka_*.jar.`, WAYS_OUT);
    }
    return { java, classPath: join(libs, '*'), version: `from KAFKA_HOME, Java ${javaVersion}` };
  }
  const folder = join(cacheFolder(), `kafka-${KAFKA_VERSION}`);
  await makeOnce(
    folder,
    (aside) => downloadJars(aside, task),
    () => task.update('another process is getting it'),
  );
  await checkOnce(folder, task);
  return { java, classPath: join(folder, 'libs', '*'), version: `${KAFKA_VERSION}, Java ${javaVersion}` };
}

/**
 * @param {string} aside
 * @param {{ update(text: string): void }} task
 */
async function downloadJars(aside, task) {
  const mvn = which('mvn');
  if (mvn === undefined) {
    throw new SetupProblem(`Kafka ${KAFKA_VERSION} comes as Maven artifacts, and there is no \`mvn\` on the PATH.`, [
      'install Maven (Debian/Ubuntu: apt-get install maven; macOS: brew install maven)',
      ...WAYS_OUT,
    ]);
  }
  await writeFile(join(aside, 'pom.xml'), pom());
  let received = 0;
  task.update('Maven resolves the jars');
  try {
    await run(
      mvn,
      ['-B', '-C', '-f', join(aside, 'pom.xml'), COPY_GOAL, '-DoutputDirectory=libs', '-DincludeScope=runtime'],
      {
        onLine(line) {
          received += downloadedBytes(line);
          if (received > 0) task.update(`Maven downloads: ${bytes(received)}`);
        },
      },
    );
  } catch (error) {
    throw new SetupProblem(
      `Maven could not get Kafka ${KAFKA_VERSION}.`,
      ['look at the network and at the mirrors and proxies in ~/.m2/settings.xml, then run this again', ...WAYS_OUT],
      outputOf(error),
    );
  }
  await checkJars(aside);
}

/**
 * A folder of the cache is checked once: also one that was made when nothing was recorded yet, or something else.
 *
 * @param {string} folder
 * @param {{ update(text: string): void }} task
 */
async function checkOnce(folder, task) {
  const note = join(folder, CHECKED);
  if (existsSync(note)) return;
  task.update('checking the jars');
  try {
    await checkJars(folder);
  } catch (error) {
    // The next run fetches it anew instead of stopping here for ever.
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  await writeFile(note, '');
}

/** @param {string} folder */
function checkJars(folder) {
  return checkFolder(join(folder, 'libs'), {
    what: `Kafka ${KAFKA_VERSION}`,
    waysOut: WAYS_OUT,
    // All that is recorded but the wheels: the whole class path, no jar more and none less.
    expected: (name) => name.endsWith('.jar'),
  });
}

function pom() {
  const dependency = (/** @type {string} */ group, /** @type {string} */ artifact, /** @type {string} */ version) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  return [
    '<project><modelVersion>4.0.0</modelVersion>',
    '<groupId>click-recall</groupId><artifactId>kafka-libs</artifactId><version>1</version><packaging>pom</packaging>',
    '<dependencies>',
    dependency('org.apache.kafka', KAFKA_ARTIFACT, KAFKA_VERSION),
    dependency('org.apache.kafka', 'kafka-tools', KAFKA_VERSION),
    dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', LOG4J_VERSION),
    '</dependencies></project>',
  ].join('\n');
}

/**
 * Maven's own report of a finished download: "Downloaded from central: … (1.2 MB at 3.4 MB/s)".
 *
 * @param {string} line
 */
function downloadedBytes(line) {
  const match = /Downloaded from .* \(([\d.]+) (B|kB|MB) at/.exec(line);
  if (match === null) return 0;
  const unit = { B: 1, kB: 1e3, MB: 1e6 }[/** @type {'B' | 'kB' | 'MB'} */ (match[2])];
  return Number(match[1]) * unit;
}

/** @returns {Promise<{ java: string, version: string }>} */
async function findJava() {
  const home = process.env['JAVA_HOME'];
  const java = home !== undefined && home !== '' ? join(home, 'bin', 'java') : which('java');
  const install = `install Java ${OLDEST_JAVA} or newer (Debian/Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk)`;
  if (java === undefined) {
    throw new SetupProblem(`Kafka needs Java ${OLDEST_JAVA} or newer, and there is no \`java\` on the PATH.`, [
      install,
      ...WAYS_OUT,
    ]);
  }
  let told = '';
  try {
    await run(java, ['-version'], { onLine: (line) => void (told += `${line}\n`), timeoutMs: 30_000 });
  } catch (error) {
    throw new SetupProblem(`${java} does not run.`, [install, ...WAYS_OUT], outputOf(error));
  }
  const version = /version "([^"]+)"/.exec(told)?.[1] ?? 'of unknown version';
  const major = Number(/^(?:1\.)?(\d+)/.exec(version)?.[1] ?? Number.NaN);
  if (!(major >= OLDEST_JAVA)) {
    throw new SetupProblem(`Kafka needs Java ${OLDEST_JAVA} or newer; ${java} is ${version}.`, [
      `${install}, and set JAVA_HOME to it`,
      ...WAYS_OUT,
    ]);
  }
  return { java, version };
}
