/** A number as people type it, with a comma or a full stop; NaN for all else, as an empty field, `0x10` or `1e3`. */
export const numberOf = (typed: string): number => (/^\s*[+-]?\d+([.,]\d+)?\s*$/.test(typed) ? Number(typed.replace(',', '.')) : Number.NaN);
