import type { MetadataOf } from './event-sourcing/index.js';

const PATIENT_STREAM = 'patients.patient';

/** The patient that an event concerns goes into its metadata: whose stream it is, or whom its data names. */
export const patientOf: MetadataOf = (event, { streamId, streamType }) => {
  if (streamType === PATIENT_STREAM) return { patientId: streamId };
  const { patientId } = event.data as { patientId?: string };
  return patientId ? { patientId } : {};
};
