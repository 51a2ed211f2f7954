import { commandLineOf } from './options.js';

describe('the command line of the import', () => {
  it('names a folder', () =>
    expect(commandLineOf(['some/folder'])).toEqual({ folder: 'some/folder', concurrency: 12, timeZone: 'UTC' }));

  it('may say how many at a time, and in which zone the practitioners work', () =>
    expect(commandLineOf(['--time-zone=America/New_York', 'f', '--concurrency', '4'])).toEqual({
      folder: 'f',
      concurrency: 4,
      timeZone: 'America/New_York',
    }));

  it.each([
    [[], /^FOLDER is missing/],
    [['a', 'b'], /^FOLDER is one folder/],
    [['a', '--concurrency=0'], /^--concurrency must be/],
    [['a', '--concurrency=many'], /^--concurrency must be/],
    [['a', '--time-zone=Mars/Olympus'], /^--time-zone must be/],
    [['a', '--dry-run'], /^The command line is not understood/],
  ])('%j is refused in one line', (args, message) => expect(() => commandLineOf(args)).toThrow(message));
});
