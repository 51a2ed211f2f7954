/** FHIR administrative-gender. */
export const administrativeGenders = ['male', 'female', 'other', 'unknown'] as const;
export type AdministrativeGender = (typeof administrativeGenders)[number];

/** FHIR contact-point-system. */
export const contactPointSystems = ['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other'] as const;
export type ContactPointSystem = (typeof contactPointSystems)[number];

/** FHIR contact-point-use. */
export const contactPointUses = ['home', 'work', 'temp', 'old', 'mobile'] as const;
export type ContactPointUse = (typeof contactPointUses)[number];

/** FHIR HumanName. A person with one name only carries it as `family`, with no given names. */
export interface HumanName {
  readonly family: string;
  readonly given: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

export interface ContactPoint {
  readonly system: ContactPointSystem;
  readonly value: string;
  readonly use?: ContactPointUse;
}

export interface Address {
  readonly line: readonly string[];
  readonly city?: string;
  readonly state?: string;
  readonly postalCode?: string;
  readonly country?: string;
}

/** What may change about a person, always stored whole: what a change changed is told by comparing two of them. */
export interface Demographics {
  readonly name: HumanName;
  /** Calendar date, `YYYY-MM-DD`. */
  readonly birthDate: string;
  readonly gender: AdministrativeGender;
  readonly telecom: readonly ContactPoint[];
  readonly address?: Address;
}
