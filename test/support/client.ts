import { expectToConform } from './openapi.js';

export type CallerRole = 'admin' | 'practitioner' | 'receptionist' | 'patient';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // `any`: a test reads what it expects, and a wrong guess fails it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
type RequestHeaders = Readonly<Record<string, string>>;

export interface Client {
  get(path: string, headers?: RequestHeaders): Promise<Answer>;
  post(path: string, body?: unknown, headers?: RequestHeaders): Promise<Answer>;
  put(path: string, body?: unknown, headers?: RequestHeaders): Promise<Answer>;
  del(path: string, body?: unknown, headers?: RequestHeaders): Promise<Answer>;
  /** Any method, and a body that is sent as it is. */
  send(method: Method, path: string, body?: string, headers?: RequestHeaders): Promise<Answer>;
  token(): Promise<string | undefined>;
}

/** A client of a running API. Every answer is checked against the OpenAPI document of the last build, where there is one. */
export function clientOf(url: string, role?: CallerRole, patientId?: string): Client {
  let issued: Promise<string> | undefined;
  const token = async () => (role ? (issued ??= issueToken(url, role, patientId)) : undefined);

  const send = async (method: Method, path: string, body?: string, headers: RequestHeaders = {}): Promise<Answer> => {
    const bearer = await token();
    const response = await fetch(new URL(path, url), {
      method,
      redirect: 'manual',
      headers: {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const answer = { status: response.status, headers: response.headers, body: await bodyOf(response) };
    expectToConform(method, path, answer);
    return answer;
  };
  const json = (body: unknown) => (body === undefined ? undefined : JSON.stringify(body));

  return {
    token,
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, json(body), headers),
    put: (path, body, headers) => send('PUT', path, json(body), headers),
    del: (path, body, headers) => send('DELETE', path, json(body), headers),
  };
}

async function issueToken(url: string, role: CallerRole, patientId?: string): Promise<string> {
  const response = await fetch(new URL('/dev/token', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ role, ...(patientId && { patientId }) }),
  });
  if (!response.ok) throw new Error(`POST /dev/token answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return /\bjson\b/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
}
