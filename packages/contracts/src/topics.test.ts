import { describe, expect, it } from 'vitest';
import { groupId, TOPIC_NAMES, topicName, TOPICS, type TopicSpec } from './topics.js';

describe('TOPICS', () => {
  it('keeps the log that everything is rebuilt from for ever', () => {
    expect(TOPICS.clicks.retentionMs).toBe(-1);
    expect(TOPICS.items.cleanup).toBe('compact');
  });

  it('has as many partitions for a user on each topic, so that a user stays in one place', () => {
    const keyed = Object.values<TopicSpec>(TOPICS).filter(({ key }) => key === 'user id');
    expect(new Set(keyed.map(({ partitions }) => partitions)).size).toBe(1);
  });
});

describe('names on the broker', () => {
  it('are plain in the default namespace', () => {
    expect(TOPIC_NAMES.map((topic) => topicName(topic, 'click-recall'))).toEqual(TOPIC_NAMES);
    expect(groupId('recall', 'click-recall')).toBe('click-recall.recall');
  });

  it('carry any other namespace', () => {
    expect(topicName('clicks', 'shop')).toBe('shop.clicks');
    expect(groupId('recall', 'shop')).toBe('shop.recall');
  });
});
