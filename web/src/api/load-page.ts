import { CallError, disconnected, fetchRoute } from './client.ts';

const tryAgainMs = 1_000;

/**
 * Loads the code of a page. While the failover server cannot be reached it is tried again, and the page that is open
 * stays: the router would reload, and what was typed would be gone with a page that the browser cannot show.
 */
export async function loadPage<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      // It answers, and has no such file: it is of another version, a reload is right.
      if (!(await isAway())) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, tryAgainMs));
  }
}

async function isAway(): Promise<boolean> {
  try {
    await fetchRoute('health');
    return false;
  } catch (error) {
    return error instanceof CallError && error.code === disconnected;
  }
}
