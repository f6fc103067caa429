// Texts that contain a text.

/** The LIKE pattern of texts that contain this one, whatever it holds. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`
