/** Which status may follow which: everything else is refused. */
export type Transitions<Status extends string> = Readonly<Record<Status, readonly Status[]>>;

export const mayBecome = <Status extends string>(transitions: Transitions<Status>, from: Status, to: Status): boolean =>
  transitions[from].includes(to);
