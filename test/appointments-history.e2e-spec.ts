import { CommandBus } from '@nestjs/cqrs';
import { BookAppointment } from '../src/appointments/commands/book-appointment.js';
import { CheckIn } from '../src/appointments/commands/check-in.js';
import { FulfilAppointment } from '../src/appointments/commands/fulfil-appointment.js';
import { DomainError, newId } from '../src/event-sourcing/index.js';
import { startTestApp, type TestApp } from './support/app.js';
import { Clinic } from './support/clinic.js';

/** What took place before it was entered here, as the import enters it. */
describe('an appointment of the past', () => {
  let app: TestApp;
  let clinic: Clinic;
  let commandBus: CommandBus;
  let patientId: string;
  let serviceTypeId: string;
  let doctor: string;

  beforeAll(async () => {
    app = await startTestApp();
    clinic = new Clinic(app);
    commandBus = app.nest.get(CommandBus);
    serviceTypeId = await clinic.service({ minimumNoticeMinutes: 600, patientOverlap: 'refuse' });
  });
  afterAll(() => app?.close());
  beforeEach(async () => {
    [patientId, doctor] = await Promise.all([clinic.patient(), clinic.schedule({ weeklyHours: [] })]);
  });

  const book = (start: string, end?: string, changes: object = {}) => {
    const request = { patientId, serviceTypeId, resourceIds: [doctor], start, ...changes };
    return commandBus.execute(new BookAppointment(newId(), request, { ...(end && { end }) }));
  };
  const refusal = async (booking: Promise<unknown>): Promise<string> => {
    const error: unknown = await booking.then(
      () => undefined,
      (refused: unknown) => refused,
    );
    if (!(error instanceof DomainError)) throw new Error(`It was not refused: ${String(error)}`);
    return error.code;
  };

  it('is booked without notice, hours or overlap policy, for as long as it lasted', async () => {
    const { id } = await book('2019-04-01T03:00:00.000Z', '2019-04-01T05:17:00.000Z');
    await book('2019-04-01T04:00:00.000Z', undefined, { resourceIds: [await clinic.room()] });
    expect(await clinic.appointment(id)).toMatchObject({
      status: 'booked',
      start: '2019-04-01T03:00:00.000Z',
      end: '2019-04-01T05:17:00.000Z',
    });
  });

  it('is checked in and fulfilled when it was', async () => {
    const { id } = await book('2019-04-01T03:00:00.000Z');
    await commandBus.execute(new CheckIn(id, '2019-04-01T02:55:00.000Z'));
    await commandBus.execute(new FulfilAppointment(id, '2019-04-01T03:20:00.000Z'));
    expect(await clinic.appointment(id)).toMatchObject({
      status: 'fulfilled',
      checkedInAt: '2019-04-01T02:55:00.000Z',
      fulfilledAt: '2019-04-01T03:20:00.000Z',
    });
  });

  it('is not where its practitioner was already', async () => {
    await book('2019-04-01T03:00:00.000Z', '2019-04-01T05:17:00.000Z');
    expect(await refusal(book('2019-04-01T05:00:00.000Z'))).toBe('time-taken');
    await book('2019-04-01T05:17:00.000Z');
  });

  it('ends after it starts', async () => {
    expect(await refusal(book('2019-04-01T03:00:00.000Z', '2019-04-01T03:00:00.000Z'))).toBe('ends-before-start');
  });

  it('of the deceased took place before they died', async () => {
    await app.client('admin').post(`/v1/patients/${patientId}/death`, { deceasedAt: '2019-05-01T00:00:00Z' });
    await book('2019-04-01T03:00:00.000Z');
    expect(await refusal(book('2019-06-01T03:00:00.000Z'))).toBe('patient-deceased');
  });
});
