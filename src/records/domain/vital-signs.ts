import type { Code } from '../events/code.js';
import { LOINC } from './codes.js';

/** The codes of FHIR's vital signs profile: what they measure is a vital sign, whether or not the caller says so. */
const VITAL_SIGNS = new Set([
  '85353-1', // vital signs panel
  '9279-1', // respiratory rate
  '8867-4', // heart rate
  '2708-6', // oxygen saturation
  '59408-5', // oxygen saturation by pulse oximetry
  '8310-5', // body temperature
  '8302-2', // body height
  '9843-4', // head circumference
  '29463-7', // body weight
  '39156-5', // body mass index
  '85354-9', // blood pressure panel
  '55284-4', // blood pressure, as older systems code it
  '8480-6', // systolic
  '8462-4', // diastolic
]);

export const isVitalSign = ({ system, code }: Code): boolean => system === LOINC && VITAL_SIGNS.has(code);
