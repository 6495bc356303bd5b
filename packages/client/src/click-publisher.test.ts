import { RetriableError } from '@click-recall/runtime';
import { expect, it, onTestFinished } from 'vitest';
import { createClickPublisher, type ClickPublisherOptions } from './click-publisher.js';
import { openTestPipeline } from './open-test-client.js';

function open(options: ClickPublisherOptions) {
  const publisher = createClickPublisher(options);
  onTestFinished(() => publisher.close());
  return publisher;
}

const click = (index: number) => ({
  eventId: `e${index}`,
  userId: `u${index % 5}`,
  itemId: 'i',
  timestamp: 1_700_000_000_000 + index,
});

it('reports where each event is', async () => {
  const pipeline = await openTestPipeline();
  const publisher = open({ ...pipeline.options, batch: { maxEvents: 7 } });
  const events = Array.from({ length: 40 }, (_, index) => click(index));
  const reports = await Promise.all(events.map((event) => publisher.publish(event)));
  const contents = await pipeline.contents('clicks');
  const found = reports.map(
    (report) => report.status === 'delivered' && contents.get(`${report.partition} ${report.offset}`),
  );
  expect(found).toEqual(events);
});

it('rejects what is no event, says why, and sends the others', async () => {
  const pipeline = await openTestPipeline();
  const publisher = open(pipeline.options);
  const [good, bad, large] = await Promise.all([
    publisher.publish(click(1)),
    publisher.publish({ ...click(2), userId: '' }),
    publisher.publish({ ...click(3), context: { note: 'x'.repeat(1_000_000) } }),
  ]);
  expect(good.status).toBe('delivered');
  expect(bad).toMatchObject({ status: 'rejected', rejection: { reason: 'empty-id', field: 'userId' } });
  expect(large).toMatchObject({ status: 'rejected', rejection: { reason: 'too-large' } });
  expect((await pipeline.contents('clicks')).size).toBe(1);
});

it('publishes items, keyed by item', async () => {
  const pipeline = await openTestPipeline();
  const publisher = open(pipeline.options);
  const item = { itemId: 7, title: 'Seven', categories: ['numbers'] };
  const reports = await Promise.all([publisher.publishItem(item), publisher.publishItem({ ...item, title: 'VII' })]);
  const contents = await pipeline.contents('items');
  expect([...contents.values()]).toEqual([item, { ...item, title: 'VII' }]);
  expect(new Set(reports.map((report) => report.status === 'delivered' && report.partition)).size).toBe(1);
});

it('takes from a source no more than may be under way', async () => {
  const pipeline = await openTestPipeline();
  const publisher = open({ ...pipeline.options, maxInFlight: 10, batch: { maxEvents: 3 } });
  let taken = 0;
  let reported = 0;
  function* source() {
    for (let index = 0; index < 200; index++) {
      taken += 1;
      expect(taken - reported).toBeLessThanOrEqual(11);
      yield index === 50 ? { ...click(index), itemId: '' } : click(index);
    }
  }
  const places: number[] = [];
  for await (const report of publisher.publishAll(source())) {
    if (report.status === 'rejected') places.push(reported);
    reported += 1;
  }
  expect(reported).toBe(200);
  expect(places).toEqual([50]);
  expect((await pipeline.contents('clicks')).size).toBe(199);
});

it('has delivered everything once it is flushed', async () => {
  const pipeline = await openTestPipeline();
  const publisher = open({ ...pipeline.options, batch: { maxEvents: 1_000, maxDelayMs: 60_000 }, maxInFlight: 20 });
  for (let index = 0; index < 50; index++) void publisher.publish(click(index));
  await publisher.flush();
  expect((await pipeline.contents('clicks')).size).toBe(50);
});

it('rejects the promise when Kafka cannot be reached for as long as was set', async () => {
  const { options } = await openTestPipeline();
  const publisher = open({ ...options, brokers: ['127.0.0.1:1'], giveUpAfterMs: 200 });
  await expect(publisher.publish(click(1))).rejects.toThrow(RetriableError);
});
