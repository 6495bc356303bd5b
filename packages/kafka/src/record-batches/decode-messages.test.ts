import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registerCodecs, unpack } from '../codecs/codecs.js';
import { createKafkaClient } from '../kafka-client.js';
import { silent } from '../open-test-kafka.js';
import { createDecodeMessages, DamagedFetchError } from './decode-messages.js';
import { MAX_PARTS } from './decode-record-batch.js';
import { testBatch, varint, type TestBatch, type TestRecord } from './test-batch.js';

registerCodecs();
const open = (maxBytes = 1 << 20) => createDecodeMessages({ unpack, maxBytes });
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const numbers = (count: number): TestRecord[] =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: `v${index}` }));
const shown = (records: Awaited<ReturnType<ReturnType<typeof open>>>) =>
  records.map(({ offset, value, unreadable }) => [offset, unreadable ? unreadable.why : String(value)]);

describe('a partition of a fetch', () => {
  it('is its records, with offset, append time, key and headers', async () => {
    const headers = [
      ['__proto__', 'a'],
      ['twice', 'b'],
      ['twice', 'c'],
    ] as const;
    const [record] = await open()(testBatch([{ key: 'k', value: 'v', headers }], { baseOffset: 41 }));
    expect(record).toMatchObject({ offset: '41', timestamp: '1700000000007', key: Buffer.from('k'), attributes: 0 });
    expect(Object.entries(record?.headers ?? {})).toEqual([
      ['__proto__', Buffer.from('a')],
      ['twice', [Buffer.from('b'), Buffer.from('c')]],
    ]);
    const [created] = await open()(testBatch([{}], { attributes: 0 }));
    expect(created).toMatchObject({ timestamp: '1700000000003', key: null, value: null });
  });

  it('leaves out a batch that the broker cut off', async () => {
    const bytes = Buffer.concat([testBatch(numbers(2)), testBatch(numbers(2), { baseOffset: 2 }).subarray(0, 80)]);
    expect(shown(await open()(bytes))).toHaveLength(2);
  });

  it('goes on behind batches that cannot be read, each told of once, in the place of its last record', async () => {
    const cases: [Buffer, RegExp][] = [
      [testBatch(numbers(3), { attributes: 8 | 6 }), /codec that nobody knows \(6\)/],
      [testBatch(numbers(3), { attributes: 8 | 1 }), /it is no gzip/],
      [testBatch(numbers(3), { attributes: 8 | 2 }), /Snappy|cannot be unpacked/],
      [testBatch(numbers(3), { attributes: 8 | 3 }), /no LZ4 frame/],
      [testBatch(numbers(3), { attributes: 8 | 4 }), /no Zstandard frame/],
      [testBatch(numbers(3), { count: 4 }), /ends before its fields do/],
      [testBatch(numbers(3), { attributes: 8 | 1, pack: () => gzipSync(varint(2 ** 40)) }), /longer than the batch/],
      [
        testBatch(numbers(3), { attributes: 8 | 1, pack: () => gzipSync(Buffer.alloc(70 << 20)) }),
        /more than \d+ bytes/,
      ],
    ];
    for (const [bad, why] of cases) {
      const [first, second, ...rest] = await open()(Buffer.concat([bad, testBatch(numbers(1), { baseOffset: 3 })]));
      expect(first).toMatchObject({ offset: '2', unreadable: { why: expect.stringMatching(why) }, key: null });
      expect(first?.value?.equals(bad)).toBe(true);
      expect(second).toMatchObject({ offset: '3', value: Buffer.from('v0') });
      expect(rest).toEqual([]);
    }
  });

  it('asks again for a batch with a wrong checksum, and believes the log when it comes like that twice', async () => {
    const decode = open();
    const damaged = testBatch(numbers(2), { baseOffset: 7 });
    damaged[70] = (damaged[70] ?? 0) ^ 1;
    await expect(decode(damaged)).rejects.toThrow(DamagedFetchError);
    const [record] = await decode(damaged);
    expect(record).toMatchObject({ offset: '8', unreadable: { records: 2, why: expect.stringContaining('checksum') } });
    // Damaged on the way only: whole the second time.
    const other = testBatch(numbers(2), { baseOffset: 9 });
    const broken = Buffer.from(other);
    broken[70] = (broken[70] ?? 0) ^ 1;
    await expect(decode(broken)).rejects.toThrow(DamagedFetchError);
    expect(shown(await decode(other))).toEqual([
      ['9', 'v0'],
      ['10', 'v1'],
    ]);
  });

  it('asks again once for all damaged batches of a fetch, however many, and reads what is between them', async () => {
    const decode = open(1 << 24);
    const bytes = Buffer.concat(
      Array.from({ length: 3_000 }, (_, index) => {
        const batch = testBatch(numbers(1), { baseOffset: index });
        if (index !== 1_500) batch[70] = (batch[70] ?? 0) ^ 1;
        return batch;
      }),
    );
    await expect(decode(bytes)).rejects.toThrow(DamagedFetchError);
    const records = await decode(bytes);
    expect(records.map(({ offset }) => Number(offset))).toEqual([...records.keys()]);
    expect(records.filter(({ unreadable }) => !unreadable).map(({ offset }) => offset)).toEqual(['1500']);
    expect(records).toHaveLength(3_000);
  });

  it('believes no offset outside of its batch, but gaps that compaction left', async () => {
    const deltas = (...all: number[]) => all.map((delta) => ({ delta, value: String(delta) }));
    for (const outside of [deltas(0, 2 ** 31 - 1), deltas(-1, 1), deltas(0, 0), deltas(1, 0), deltas(0, 2 ** 40)]) {
      const [only, ...rest] = await open()(testBatch(outside, { baseOffset: 50 }));
      expect(only).toMatchObject({
        offset: '51',
        unreadable: { why: expect.stringContaining('outside of its batch') },
      });
      expect(rest).toEqual([]);
    }
    expect(shown(await open()(testBatch(deltas(1, 4, 9), { baseOffset: 50, lastDelta: 9 })))).toEqual([
      ['51', '1'],
      ['54', '4'],
      ['59', '9'],
    ]);
    const [negative] = await open()(testBatch(deltas(0), { baseOffset: 50, lastDelta: -7 }));
    expect(negative?.offset).toBe('50');
  });

  it.each<[string, TestBatch & { records: number; next?: number }, string]>([
    ['before the next batch', { records: 2, lastDelta: 2 ** 31 - 1, next: 12 }, '11'],
    ['its own, when its count agrees', { records: 2 }, '8'],
    ['its first, when it does not', { records: 2, lastDelta: 2 ** 31 - 1 }, '7'],
    ['its first, when it has none', { records: 2, lastDelta: -1, count: 0 }, '7'],
    ['its own, when the next batch lies before it', { records: 2, next: 3 }, '8'],
  ])('gives a damaged batch the last offset: %s', async (_, { records, next, ...header }, offset) => {
    const decode = open();
    const batch = testBatch(numbers(records), { baseOffset: 7, ...header });
    batch[70] = (batch[70] ?? 0) ^ 1;
    const behind = next === undefined ? [] : [testBatch(numbers(1), { baseOffset: next }).subarray(0, 20)];
    const bytes = Buffer.concat([batch, ...behind]);
    await expect(decode(bytes)).rejects.toThrow(DamagedFetchError);
    expect(await decode(bytes)).toMatchObject([{ offset, unreadable: {} }]);
  });

  it('says so when there is no batch where one should be, rather than nothing for ever', async () => {
    expect(await open()(Buffer.alloc(100, 1))).toMatchObject([{ unframed: true, offset: '9223372036854775807' }]);
    const batch = testBatch(numbers(2));
    expect(shown(await open()(Buffer.concat([batch, Buffer.alloc(100, 1)])))).toHaveLength(2);
  });

  it.each<[string, TestRecord]>([
    ['of values', { value: Buffer.alloc(6_000) }],
    ['of headers', { headers: Array.from({ length: 50 }, () => ['', ''] as const) }],
  ])('holds no more memory %s at once than it may: the rest is fetched again', async (_, record) => {
    const big = (baseOffset: number) => testBatch([record], { baseOffset });
    const records = await open(10_000)(Buffer.concat([big(0), big(1), big(2), big(3)]));
    expect(records.map(({ offset }) => offset)).toEqual(['0', '1']);
  });

  it('counts records that are next to nothing', async () => {
    const many = (baseOffset: number) => testBatch(numbers(100), { baseOffset });
    expect(await open(10_000)(Buffer.concat([many(0), many(100)]))).toHaveLength(100);
  });

  it('does not unfold a few kilobytes into gigabytes of records or headers', async () => {
    const tooManyRecords = testBatch(numbers(3), { count: MAX_PARTS + 1 });
    const fields = Buffer.concat([Buffer.from([0, 0, 0, 1, 1]), varint(30e6), Buffer.alloc(60e6)]);
    const tooManyHeaders = testBatch([{}], {
      attributes: 8 | 1,
      pack: () => gzipSync(Buffer.concat([varint(fields.length), fields])),
    });
    for (const bad of [tooManyRecords, tooManyHeaders]) {
      const [record] = await open()(bad);
      expect(record?.unreadable?.why).toMatch(/more than \d+ records and headers/);
    }
  });

  it('does not unpack thousands of blocks of a byte behind a window of 64 MiB, which would take half a minute', async () => {
    const block = (last: boolean) => hex(last ? '0b0000 07' : '0a0000 07');
    const frame = (blocks: number) =>
      Buffer.concat([hex('28b52ffd 00 80'), ...Array<Buffer>(blocks - 1).fill(block(false)), block(true)]);
    const [bad] = await open()(testBatch(numbers(3), { attributes: 8 | 4, pack: () => frame(2_000) }));
    expect(bad?.unreadable?.why).toMatch(/too many blocks for its window/);
    const [good] = await open()(testBatch(numbers(3), { attributes: 8 | 4, pack: () => frame(3) }));
    expect(good?.unreadable?.why).not.toMatch(/blocks/);
  });

  it('does not unpack many small frames, each of which may be unpacked, into gigabytes', async () => {
    // The last block of a frame repeats a byte 128 Ki times; the second kind says so in its header, in 4 bytes.
    const frames = ['28b52ffd 00 48 030010 00', '28b52ffd a0 00000200 030010 00'];
    for (const frame of frames) {
      const pack = (times: number) => () => Buffer.concat(Array<Buffer>(times).fill(hex(frame)));
      const [bad] = await open()(testBatch(numbers(3), { attributes: 8 | 4, pack: pack(600) }));
      expect(bad?.unreadable?.why).toMatch(/more than \d+ bytes/);
      // As many as may be are unpacked: what is wrong with them is what is in them.
      const [good] = await open()(testBatch(numbers(3), { attributes: 8 | 4, pack: pack(512) }));
      expect(good?.unreadable?.why).toMatch(/ends before its fields do/);
    }
  });

  it('reads a hundred thousand records, and as many headers, in time that grows with them', async () => {
    expect(await open()(testBatch(numbers(100_000)))).toHaveLength(100_000);
    const headers = Array.from({ length: 100_000 }, (_, index) => [String(index), ''] as const);
    const [record] = await open()(testBatch([{ headers }]));
    expect(Object.keys(record?.headers ?? {})).toHaveLength(100_000);
  });

  it.each<[string, TestBatch, string[]]>([
    ['all records', { count: 0, lastDelta: 4 }, []],
    ['the last records', { lastDelta: 4 }, ['10']],
  ])('is read on behind a batch of which compaction has taken %s', async (_, header, offsets) => {
    const messages = await open()(testBatch(numbers(header.count ?? 1), { baseOffset: 10, ...header }));
    expect(messages.at(-1)).toMatchObject({ offset: '14', isControlRecord: true });
    // What kafkajs makes of it: nothing but the records for us, and the offset to go on behind.
    interface LibraryBatch {
      messages: { offset: string }[];
      isEmptyDueToFiltering(): boolean;
      lastOffset(): string;
    }
    const Batch = createRequire(import.meta.url)('kafkajs/src/consumer/batch.js') as new (
      topic: string,
      offset: string,
      data: unknown,
    ) => LibraryBatch;
    for (const fetched of ['10', '12']) {
      const batch = new Batch('clicks', fetched, { partition: 0, highWatermark: '99', messages });
      expect(batch.messages.map(({ offset }) => offset)).toEqual(fetched === '10' ? offsets : []);
      expect(batch.isEmptyDueToFiltering()).toBe(batch.messages.length === 0);
      expect(batch.lastOffset()).toBe('14');
    }
  });

  it('is read by kafkajs through this', async () => {
    await createKafkaClient({ brokers: ['127.0.0.1:1'], clientId: 'test', logger: silent }).close();
    const module = 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';
    const decode = createRequire(import.meta.url)(module) as (decoder: unknown) => Promise<unknown[]>;
    const Decoder = createRequire(import.meta.url)('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => unknown;
    const batch = testBatch(numbers(3), { attributes: 8 | 7 });
    const size = Buffer.alloc(4);
    size.writeInt32BE(batch.length);
    expect(await decode(new Decoder(Buffer.concat([size, batch])))).toMatchObject([{ unreadable: { records: 3 } }]);
  });
});

describe('any bytes', () => {
  /** Bytes that pass for a batch: a right checksum over a body of noise, of any codec. */
  const noise = fc
    .record({
      body: fc.uint8Array({ maxLength: 300 }),
      attributes: fc.integer({ min: 0, max: 0x3f }),
      count: fc.oneof(fc.nat(3), fc.nat(2 ** 31 - 1)),
      lastDelta: fc.oneof(fc.nat(3), fc.integer()),
    })
    .map(({ body, ...header }) => testBatch([{}], { ...header, pack: () => Buffer.from(body) }));
  /** Records in batches of any header, each with an offset of any distance. */
  const misplaced = fc
    .record({ deltas: fc.array(fc.oneof(fc.nat(5), fc.integer()), { maxLength: 5 }), lastDelta: fc.nat(9) })
    .map(({ deltas, lastDelta }) =>
      testBatch(
        deltas.map((delta) => ({ delta })),
        { lastDelta },
      ),
    );

  it('are records or a batch that cannot be read, whatever stands behind the checksum', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(noise, misplaced), fc.boolean(), async (batch, isDamaged) => {
        const decode = open();
        if (isDamaged) {
          batch[17] = (batch[17] ?? 0) ^ 1;
          await decode(batch).catch(() => undefined);
        }
        const offsets = (await decode(batch)).map(({ offset }) => Number(offset));
        const last = Math.max(0, batch.readInt32BE(23));
        for (const offset of offsets) expect(offset >= 0 && offset <= last).toBe(true);
        expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it('are told to be no batch, or an error of ours, where they are none at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const result: unknown = await open()(Buffer.from(bytes)).catch((error: unknown) => error);
        expect(Array.isArray(result) || result instanceof DamagedFetchError).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
