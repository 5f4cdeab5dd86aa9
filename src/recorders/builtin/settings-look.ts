import { errors, UnderstudyError } from '../../contract/errors.ts';
import type { SettingsProblem } from '../../contract/link.ts';
import { loadSettings } from '../../recorder/settings-files.ts';

export interface SettingsLook {
  /** Of what is in force; null: nothing can be put in force, a recorder that runs goes on with what it has. */
  readonly digest: string | null;
  readonly problems: readonly SettingsProblem[];
}

/** What the settings folder says now, and what of it does not fit. Never rejects. */
export async function lookAtSettings(folder: string): Promise<SettingsLook> {
  try {
    const { digest, problem, pointerProblem } = await loadSettings(folder);
    return { digest, problems: [problem, pointerProblem].flatMap((one) => (one === null ? [] : [{ code: one.code, text: one.text }])) };
  } catch (error) {
    const { code, message } = error instanceof UnderstudyError ? error : { code: 'store.io', message: `The settings cannot be read: ${String(error)}.` } as const;
    return { digest: null, problems: [{ code, text: `${message || errors[code].text} There are no last good ones: the recorder cannot start with this.` }] };
  }
}
