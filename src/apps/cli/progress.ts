import type { Progress } from '../../model/ports.ts';
import type { Terminal } from './verb.ts';

const DELAY_MS = 400;
const EVERY_MS = 100;

/** One line on stderr that says what is done, shown only on a terminal and only when a step takes longer than a moment. */
export function terminalProgress(terminal: Terminal): Progress & { close(): void } {
  let step = '';
  let total: number | undefined;
  let unit: 'bytes' | 'items' = 'items';
  let done = 0;
  let shown = false;
  let began = 0;
  let last = 0;
  const clear = (): void => {
    if (shown) terminal.err('\r\u001b[2K');
    shown = false;
  };
  const draw = (): void => {
    const now = performance.now();
    if (now - began < DELAY_MS || now - last < EVERY_MS) return;
    last = now;
    shown = true;
    terminal.err(`\r\u001b[2K${line(step, done, total, unit).slice(0, Math.max(20, terminal.width - 1))}`);
  };
  return {
    start(nextStep, nextTotal, nextUnit = 'items') {
      clear();
      step = nextStep;
      total = nextTotal;
      unit = nextUnit;
      done = 0;
      began = performance.now();
    },
    add(amount) {
      done += amount;
      draw();
    },
    done: clear,
    close: clear,
  };
}

function line(step: string, done: number, total: number | undefined, unit: 'bytes' | 'items'): string {
  const amount = (value: number): string => (unit === 'bytes' ? `${(value / 1e6).toFixed(1)} MB` : String(value));
  if (total === undefined || total <= 0) return done === 0 ? `${step} …` : `${step} … ${amount(done)}`;
  const share = Math.min(1, done / total);
  const bar = '█'.repeat(Math.round(share * 20)).padEnd(20, '░');
  return `${step} ${bar} ${amount(done)} of ${amount(total)}`;
}
