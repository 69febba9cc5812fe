// Ids of parks, sites, meters and rules, as they stand in topics and addresses.

const ID = /^[a-z0-9][a-z0-9-]{0,39}$/

/** Whether `text` is an id: `[a-z0-9][a-z0-9-]{0,39}`. */
export const isId = (text: string): boolean => ID.test(text)
