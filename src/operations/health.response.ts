/** The process runs. */
export class LiveResponse {
  /** @example up */
  status!: 'up';
}

export class HealthCheckResponse {
  /** @example true */
  ok!: boolean;

  /**
   * What is wrong, where something is.
   * @example 'does not answer'
   */
  detail?: string;

  /** True where the check holds, but somebody should look: events are set aside, so some rows are not up to date. */
  degraded?: boolean;
}

export class HealthChecksResponse {
  /** The database answers. */
  database!: HealthCheckResponse;

  /** The database has every migration of this version. */
  migrations!: HealthCheckResponse;

  /** Commands can be stored. */
  commands!: HealthCheckResponse;

  /** Every projection, saga and command queue is being worked on. */
  subscriptions!: HealthCheckResponse;
}

/** Whether the process can take requests, check by check. */
export class ReadyResponse {
  /** @example ready */
  status!: 'ready' | 'not-ready';

  checks!: HealthChecksResponse;
}
