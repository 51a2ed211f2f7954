// One workload for every store, so that the numbers can be compared.
//
// A client keeps OPEN streams in turn and appends to each of them until it has LENGTH appends, then opens
// new ones: one append in LENGTH creates a stream, the others extend one (with its expected version), and
// the stream extended was last touched OPEN appends before.
import { randomUUID } from 'node:crypto';

export const LENGTH = 4;
export const OPEN = 16;

const notes =
  'Patient reports intermittent headache for three days, no photophobia, no neck stiffness; advised rest, fluids and review.';

/** About 400 bytes of JSON. */
export const eventData = (k) => ({
  patientId: 'b7f7c2d4-6f0e-4a55-9a3d-0c6f5f1f2f10',
  givenName: `Given${k % 997}`,
  familyName: `Family${k % 9973}`,
  birthDate: '1984-06-21',
  sex: 'female',
  address: { line: `${k % 500} Harbour Street`, city: 'Springfield', postalCode: '49007', country: 'US' },
  phone: '+1-555-0100',
  notes,
});
export const eventMeta = () => ({ actor: 'user:17', correlationId: 'c0ffee00-0000-4000-8000-000000000001' });

export class StreamCursor {
  #k = 0;
  #ids = [];
  /** @returns {{ id: string, expected: number }} the stream and the number of appends it already has */
  next() {
    const slot = this.#k % OPEN;
    const expected = Math.floor(this.#k / OPEN) % LENGTH;
    if (expected === 0) this.#ids[slot] = randomUUID();
    this.#k++;
    return { id: this.#ids[slot], expected };
  }
}
