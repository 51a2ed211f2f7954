import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type RealProcess, startRealProcess } from './support/process.js';
import { createTestDatabase, type TestDatabase } from './support/test-database.js';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const installed = existsSync(CHROMIUM);
if (!installed)
  console.warn(`Swagger UI was not tried in a browser: there is no ${CHROMIUM} (apt-get install chromium)`);

jest.setTimeout(120_000);

/** A Monday within the horizon of a service type, when a practice is open. */
const nextMonday = (): string => {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + 14 - ((day.getUTCDay() + 6) % 7));
  return `${day.toISOString().slice(0, 10)}T10:00:00Z`;
};

(installed ? describe : describe.skip)('Swagger UI in a browser', () => {
  const screenshots = mkdtempSync(join(tmpdir(), 'swagger-ui-'));
  let database: TestDatabase;
  let api: RealProcess;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    api = await startRealProcess({ databaseUrl: database.url });
    await api.ready();
    // As root, as in a container, Chromium's sandbox cannot be had.
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await api.stop();
    await database.drop();
    console.info(`Screenshots of Swagger UI are in ${screenshots}`);
  });

  const look = (name: string) => page.screenshot({ path: join(screenshots, `${name}.png`) });

  /** Opens the operation, sends its example with some fields replaced, and returns what Swagger UI shows. */
  const execute = async (operationId: string, replaced: Record<string, unknown> = {}) => {
    const block = page.locator(`[id^=operations-][id$=-${operationId}]`);
    await block.locator('.opblock-summary-control').click();
    const editor = block.locator('textarea.body-param__text');
    const example = JSON.parse(await editor.inputValue()) as object;
    if (Object.keys(replaced).length > 0) await editor.fill(JSON.stringify({ ...example, ...replaced }, undefined, 2));
    // The answer of an earlier execution stays until the new one comes, and would be read in its place.
    const clear = block.getByRole('button', { name: 'Clear' });
    if (await clear.isVisible()) await clear.click();
    await block.getByRole('button', { name: 'Execute' }).click();
    const answer = block.locator('.live-responses-table .response').first();
    const status = await answer.locator('.response-col_status').first().innerText();
    const body = await answer.locator('.highlight-code code, .microlight').first().innerText();
    await answer.scrollIntoViewIfNeeded();
    await look(operationId);
    await block.locator('.opblock-summary-control').click();
    return { status: Number.parseInt(status), body: JSON.parse(body) as Record<string, string> };
  };

  it('shows every operation', async () => {
    await page.goto(`${api.url}/docs`);
    await page.getByText('Anamnesis', { exact: false }).first().waitFor();
    const document = (await (await fetch(`${api.url}/docs-json`)).json()) as { paths: Record<string, object> };
    const operations = Object.values(document.paths).flatMap((path) => Object.keys(path));
    await page
      .locator('.opblock')
      .nth(operations.length - 1)
      .waitFor();
    expect(await page.locator('.opblock').count()).toBe(operations.length);
    await look('operations');
  });

  it('refuses without a token, and says what is missing', async () => {
    const { status, body } = await execute('patientsRegister');
    expect(body).toMatchObject({ code: 'unauthenticated' });
    expect(status).toBe(401);
  });

  it('registers a patient and books an appointment from the examples, with a development token', async () => {
    const token = await execute('developmentTokenMint');
    expect(token.status).toBe(200);
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.auth-container input').fill(token.body.access_token!);
    await look('authorize');
    await page.locator('.auth-container').getByRole('button', { name: 'Apply credentials' }).click();
    await page.locator('.auth-container').getByRole('button', { name: 'Close' }).click();

    const patient = await execute('patientsRegister');
    expect([patient.status, patient.body]).toEqual([201, expect.objectContaining({ version: 1 })]);
    const schedule = await execute('schedulesDefine');
    expect(schedule.status).toBe(201);
    const service = await execute('serviceTypesDefine');
    expect(service.status).toBe(201);

    const booking = await execute('appointmentsBook', {
      patientId: patient.body.id,
      serviceTypeId: service.body.id,
      resourceIds: [schedule.body.id],
      start: nextMonday(),
    });
    expect([booking.status, booking.body]).toEqual([201, expect.objectContaining({ version: 1 })]);
  });

  it('leaves the browser nothing to complain of but the refusal', () => {
    expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
  });
});
