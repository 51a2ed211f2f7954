import * as raw from './raw.mjs';
import * as anamnesis from './anamnesis.mjs';
import * as emmett from './emmett.mjs';
import * as messageDb from './message-db.mjs';

/** Each offers install, open (append, read, close), fill and project. The first is the limit that ratios refer to. */
export const stores = { 'raw SQL': raw, anamnesis, emmett, 'message-db': messageDb };
export const LIMIT = 'raw SQL';

export const databaseNameOf = (section, store) => `${section}_${store.toLowerCase().replaceAll(/\W+/g, '_')}`;
