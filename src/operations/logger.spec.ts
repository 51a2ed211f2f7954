import { JsonLogger } from './logger.js';

const logged = (level: string, work: (logger: JsonLogger) => void) => {
  const lines: string[] = [];
  work(new JsonLogger(level, { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('the log', () => {
  it('is one JSON object a line, with an ISO time, a level by name, and the context', () => {
    const [line] = logged('info', (logger) => logger.warn('the lease is lost', 'Subscriptions'));
    expect(line).toMatchObject({ level: 'warn', context: 'Subscriptions', msg: 'the lease is lost' });
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('keeps what Nest wires at start for level debug', () => {
    const start = (logger: JsonLogger) => logger.log('PatientsModule dependencies initialized', 'InstanceLoader');
    expect(logged('info', start)).toEqual([]);
    expect(logged('debug', start)).toHaveLength(1);
  });

  it('drops secrets and bodies, wherever they are', () => {
    const [line] = logged('info', (logger) =>
      logger.log({ request: { body: { family: 'Lovelace' }, headers: { authorization: 'Bearer x' } }, id: 7 }, 'Http'),
    );
    expect(line?.['details']).toEqual({ request: { headers: {} }, id: 7 });
  });

  it('keeps of an error its kind, code, place and cause, not the values that the database quotes', () => {
    const cause = Object.assign(new Error('invalid input syntax for type date: "Lovelace"'), {
      code: '22007',
      detail: 'Key (name)=(Lovelace) already exists.',
      parameters: ['Lovelace'],
    });
    const [line] = logged('info', (logger) => logger.error(new Error('no row was stored', { cause }), 'Projections'));
    expect(line).toMatchObject({
      err: {
        message: 'no row was stored',
        stack: expect.stringContaining('logger.spec') as string,
        cause: { code: '22007', message: '(quotes a value)' },
      },
    });
    expect(JSON.stringify(line)).not.toContain('Lovelace');
  });
});
