import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { nameRule } from '../../../src/contract/settings.ts';
import { CallError } from '../api/client.ts';
import { useLogIn } from '../api/session.ts';
import { wrongOf } from '../components/said.tsx';
import { useTitle } from '../components/title.ts';
import { paths } from '../paths.ts';
import { t } from '../texts/texts.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';

/** Log-in by token. A token behind `#token=` in the address (the demo prints one) is filled in and removed from the address. */
export function Login() {
  const [token, setToken] = useState(() => new URLSearchParams(location.hash.slice(1)).get('token') ?? '');
  const [name, setName] = useState('');
  const logIn = useLogIn();
  const navigate = useNavigate();
  const { back } = useSearch({ from: paths.login });
  useTitle(t.login.title);

  const empty = token.trim() === '';
  const wrongName = name.trim() === '' ? null : wrongOf(nameRule.safeParse(name.trim()).error?.issues[0]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (empty || wrongName !== null || logIn.isPending) return;
    history.replaceState(null, '', location.pathname + location.search);
    logIn.mutate({ token: token.trim(), ...(name.trim() === '' ? {} : { name: name.trim() }) }, { onSuccess: () => void navigate({ href: back ?? paths.overview, replace: true }) });
  };

  const error = logIn.error instanceof CallError ? [logIn.error.message, logIn.error.advice].filter(Boolean).join(' ') : null;
  const ofName = logIn.error instanceof CallError && logIn.error.field === 'name';
  return (
    <form onSubmit={submit} className="m-auto w-[calc(100%-2rem)] max-w-md rounded-lg border border-line bg-panel p-6">
      <h1 className="mt-0 text-xl">{t.login.title}</h1>
      <Field label={t.login.token} type="password" own value={token} onChange={setToken} hint={t.login.hint} problem={ofName ? null : error} autoFocus />
      <Field label={t.login.name} value={name} onChange={setName} hint={t.login.nameHint} problem={wrongName ?? (ofName ? error : null)} />
      <div className="pt-3">
        <Button kind="primary" disabledBecause={logIn.isPending ? t.common.busy : empty ? t.login.tokenNeeded : wrongName}>
          {t.login.button}
        </Button>
      </div>
    </form>
  );
}
