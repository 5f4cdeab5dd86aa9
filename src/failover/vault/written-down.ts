import { UnderstudyError } from '../../contract/errors.ts';

/** The settings could be had, and our own database does not take the note of it: no fault of the server, nor a defect. */
export function writtenDown(write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new UnderstudyError('store.io', `The settings could not be noted: the failover server's database cannot be written: ${error instanceof Error ? error.message : String(error)}.`, { cause: error, advice: 'Free space on the disk of the data folder.' });
  }
}
