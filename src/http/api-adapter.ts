import { FastifyAdapter } from '@nestjs/platform-fastify';

/** The Fastify adapter with this API's limits and its own JSON parser: give it to `NestFactory.create` or `createNestApplication`. */
export class ApiAdapter extends FastifyAdapter {}
