import { LaneTroubles } from './lane-troubles.js';
import { DatabaseUnavailable } from './unavailable.js';

const fullDisk = new DatabaseUnavailable(new Error('could not extend file'), '53100');

describe('the troubles of lanes', () => {
  it('are told when everything in a lane has failed for a while', () => {
    const troubles = new LaneTroubles();
    troubles.failed('commands', fullDisk, 0);
    expect(troubles.lasting(1_000)).toEqual([]);
    troubles.failed('commands', fullDisk, 2_500);
    expect(troubles.lasting(2_500)).toEqual(['commands (53100)']);
  });

  it('end with a success, with an answer that is a refusal, and when nobody has asked for a while', () => {
    const troubles = new LaneTroubles();
    const fail = () => [0, 2_500].forEach((now) => troubles.failed('commands', fullDisk, now));
    fail();
    expect(troubles.lasting(8_000)).toEqual([]);
    troubles.succeeded('commands');
    expect(troubles.lasting(2_500)).toEqual([]);
    fail();
    troubles.failed('commands', Object.assign(new Error('duplicate key'), { code: '23505' }), 2_600);
    expect(troubles.lasting(2_600)).toEqual([]);
  });

  it('are those of commands and their loads, and no more', () => {
    const troubles = new LaneTroubles();
    for (const now of [0, 2_500]) {
      troubles.failed('searches', fullDisk, now);
      troubles.failed('loads', fullDisk, now);
      troubles.failed('commands', new DatabaseUnavailable(new Error('canceled'), '57014'), now);
    }
    expect(troubles.lasting(2_500)).toEqual(['loads (53100)']);
  });
});
