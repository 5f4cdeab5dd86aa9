import type { ReactNode } from 'react';

export type Tone = 'ok' | 'warn' | 'alarm' | 'standin' | 'dim';

const symbols: Record<Tone, string> = { ok: '●', warn: '▲', alarm: '■', standin: '◆', dim: '○' };
const colours: Record<Tone, string> = { ok: 'text-ok', warn: 'text-warn', alarm: 'text-alarm', standin: 'text-standin', dim: 'text-dim' };

/** A state in words, with colour and symbol: never by colour alone. */
export function Status({ tone, children, nowrap = false }: { readonly tone: Tone; readonly children: ReactNode; readonly nowrap?: boolean }) {
  return (
    <span className={`inline-flex max-w-full items-baseline gap-1.5 ${nowrap ? 'whitespace-nowrap' : ''} ${colours[tone]}`}>
      <span aria-hidden className="text-xs">
        {symbols[tone]}
      </span>
      <span className="min-w-0 break-words">{children}</span>
    </span>
  );
}
