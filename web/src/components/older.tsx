import { t } from '../texts/texts.ts';
import { Button } from '../ui/button.tsx';

const step = 200;
const most = 1_000;

/** How many rows a list asks for: what its address says, within what the API gives. */
export const shownOf = (shown: number | undefined): number => Math.min(most, Math.max(step, shown ?? step));

interface OlderProps {
  readonly count: number;
  readonly shown: number;
  /** Why no more than the most are shown, and the way to the others. */
  readonly atMost: string;
  readonly onShow: (shown: number) => void;
}

/** Asks for older rows; nothing while all there are are shown. */
export function Older({ count, shown, atMost, onShow }: OlderProps) {
  if (count < shown) return null;
  return (
    <Button disabledBecause={shown >= most ? atMost : null} onPress={() => onShow(Math.min(most, shown + step))}>
      {t.common.older}
    </Button>
  );
}
