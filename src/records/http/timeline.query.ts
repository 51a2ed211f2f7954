import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn } from 'class-validator';
import { PageQuery } from '../../http/index.js';
import { type EntryType, entryTypes } from '../events/entry.js';
import { Optional } from './optional.js';

export class TimelineQuery extends PageQuery {
  /**
   * Only these types of entries, separated by commas.
   * @example condition,medication-order
   */
  @Optional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(entryTypes.length)
  @IsIn(entryTypes, { each: true })
  types?: EntryType[];

  /**
   * Also what was entered in error.
   * @example false
   */
  @Optional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  includeEnteredInError?: boolean;
}
