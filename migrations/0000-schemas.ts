import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `write` holds the log and the constraints of commands, `read` the tables of projections. */
export class Schemas1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema if not exists write;
      create schema if not exists read;
      create extension if not exists btree_gist with schema public;
      create extension if not exists pg_trgm with schema public;
      create extension if not exists fuzzystrmatch with schema public;
      create extension if not exists unaccent with schema public;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema read; drop schema write;');
  }
}
