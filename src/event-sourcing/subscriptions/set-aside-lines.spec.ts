import type { Letter } from './checkpoint.js';
import { SetAsideLines } from './set-aside-lines.js';

const letter = (position: number, type = 'test.came') =>
  ({ row: { position, type }, kind: 'unreadable', error: 'it cannot be read', attempts: 0 }) as unknown as Letter;

describe('the lines about events that are set aside', () => {
  it('are one for each kind of event and subscription, and a count once a minute', () => {
    const lines: string[] = [];
    const log = new SetAsideLines({ error: (line: string) => void lines.push(line) });
    for (let position = 1; position <= 1_000; position++) log.tell('s', letter(position), position);
    log.tell('s', letter(1_001, 'test.went'), 1_001);
    log.tell('other', letter(1_001), 1_001);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('s set aside the event at 1, and its stream with it: unreadable, it cannot be read');
    log.tell('s', letter(2_000), 61_000);
    expect(lines[3]).toContain('the 1000th of its kind');
  });
});
