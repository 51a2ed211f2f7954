/** Advisory locks are told apart by the upper 16 bits of their key; the lower 48 carry a position or an owner. */
export const FLOOR_NAMESPACE = 7777;
export const OWNER_NAMESPACE = 7778;
