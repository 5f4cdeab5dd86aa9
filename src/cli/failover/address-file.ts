/** In the data folder: where the HTTP API listens, as a URL; commands with `--folder` read it. */
export const addressFile = 'address';
