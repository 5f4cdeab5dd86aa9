/**
 * What is reckoned with until a camera is measured. In one place: whether a server is protected, what room a
 * take-over gets, how much memory a pre-roll is laid out for and what the calculator says must agree
 * (docs/decisions/0011).
 */
export const assumedBitsPerSecond = 6e6;
export const assumedGopMs = 4000;
/** Peaks were measured over a while; a busier day comes. */
export const peakMargin = 1.5;
