/** The channel on which processes hear that another one has appended events. */
export const APPENDED_ELSEWHERE = 'anamnesis_appended';
