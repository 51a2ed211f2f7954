import type { Demographics } from '../events/demographics.js';
import type { DemographicsRequest } from './patient.request.js';

/** The demographics of a request, its omissions filled. */
export const demographicsFrom = ({ name, birthDate, gender, telecom, address }: DemographicsRequest): Demographics => ({
  name: { ...name, given: name.given ?? [] },
  birthDate,
  gender,
  telecom: telecom ?? [],
  ...(address && { address: { ...address, line: address.line ?? [] } }),
});
