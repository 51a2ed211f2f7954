import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import {
  CANCELLATION_INITIATORS,
  CANCELLATION_REASONS,
  type CancellationInitiator,
  type CancellationReason,
} from '../events/cancellation-reason.js';

export class CancellationRequest {
  /**
   * HL7 Terminology, appointment-cancellation-reason.
   * @example pat
   */
  @IsIn(Object.keys(CANCELLATION_REASONS))
  @ApiProperty({ enum: Object.keys(CANCELLATION_REASONS) })
  reason!: CancellationReason;

  /**
   * Who wants it cancelled.
   * @example patient
   */
  @IsIn(CANCELLATION_INITIATORS)
  @ApiProperty({ enum: CANCELLATION_INITIATORS })
  by!: CancellationInitiator;
}
