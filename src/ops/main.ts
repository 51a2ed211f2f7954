import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { openDatabase } from '../database/open-database.js';
import { DeadLetters } from '../event-sourcing/operators/dead-letters.js';
import { OperatorLog } from '../event-sourcing/operators/operator-log.js';
import { SagaCommands } from '../event-sourcing/operators/saga-commands.js';
import { JsonLogger } from '../operations/logger.js';
import { runProgram } from '../operations/program.js';
import { readSettings } from '../operations/settings.js';
import { type Order, orderOf, USAGE } from './command-line.js';
import { OpsModule } from './ops.module.js';

/** `npm run ops -- …`: what operators do to what was set aside, beside a running API or without one. */
await runProgram(async () => {
  const args = process.argv.slice(2);
  if (args.length === 0 || args[0] === 'help' || args.includes('--help')) {
    console.log(USAGE);
    return;
  }
  const order = orderOf(args);
  const config = readSettings();
  const database = await openDatabase(config, console.error);
  try {
    const app = await NestFactory.createApplicationContext(OpsModule.with(config, database.url), {
      logger: new JsonLogger(process.env['LOG_LEVEL'] ? config.logLevel : 'warn'),
      abortOnError: false,
    });
    try {
      console.log(JSON.stringify(await carryOut(order, app), undefined, 2));
    } finally {
      await app.close();
    }
  } finally {
    await database.close();
  }
});

function carryOut(order: Order, app: INestApplicationContext): Promise<unknown> {
  const letters = app.get(DeadLetters);
  const commands = app.get(SagaCommands);
  switch (order.act) {
    case 'dead-letters list':
      return letters.list(order);
    case 'dead-letters show':
      return letters.show(order, order);
    case 'dead-letters retry':
      return letters.retry(order, order.mandate);
    case 'dead-letters discard':
      return letters.discard(order, order, order.mandate);
    case 'commands list':
      return commands.list(order);
    case 'commands show':
      return commands.show(order.id, order);
    case 'commands run':
      return commands.run(order.ids, order.mandate);
    case 'commands cancel':
      return commands.cancel(order.ids, order.mandate);
    case 'acts list':
      return app.get(OperatorLog).list(order.limit);
  }
}
