import { setFlagsFromString } from 'node:v8';
import { World } from '../world.ts';

export interface MemoryResult {
  readonly cycles: number;
  /** After a collection, at cycles 100, 200, …: bytes of the heap. */
  readonly heapBytes: readonly number[];
  /** By a straight line through all of them but the first, bytes per cycle. */
  readonly bytesPerCycle: number;
  readonly flat: boolean;
}

/** More than this per cycle is a leak: one number kept with each of the four state changes would be seen. */
const flatBytesPerCycle = 256;

/** A server fails, is taken over, comes back and is given back, so many times; what the process keeps of it. */
export async function cycles(many: number): Promise<MemoryResult> {
  // What the compiler makes of code that runs often lies in the same heap, and grows for a long time.
  setFlagsFromString('--no-opt');
  try {
    return await measured(many);
  } finally {
    setFlagsFromString('--opt');
  }
}

async function measured(many: number): Promise<MemoryResult> {
  const world = new World(1, { vault: true });
  await world.startFailover();
  world.shortTimeouts();
  const site = await world.addSite('alpha', 3);
  await world.addSite('beta', 1, { standby: 'hot' });
  await world.time.run(20_000);
  const heapBytes: number[] = [];
  const role = (): string => world.server.server('alpha').role.state;
  const until = async (state: string): Promise<void> => {
    if ((await world.time.until(() => role() === state, 120_000, 500)) === null) throw new Error(`After two minutes the role is ${role()}, not ${state}.`);
  };
  for (let cycle = 1; cycle <= many; cycle += 1) {
    site.powerOff();
    await until('active');
    await site.boot();
    await world.time.until(() => world.server.server('alpha').detector.state === 'alive', 60_000, 500);
    await world.server.reset('alpha', { who: 'Anna' });
    await until('standby');
    // Now and then it is left alone until its outage is over and its flaps are forgotten.
    if (cycle % 25 === 0) await world.time.run(2.2 * 3_600_000);
    site.disk.forgetBefore(world.time.wallMs() * 1000);
    world.disk.forgetBefore((world.time.wallMs() - 3_600_000) * 1000);
    if (cycle % (many / 10) === 0) heapBytes.push(await heap());
  }
  world.killFailover();
  const bytesPerCycle = slope(heapBytes.slice(1), many / 10);
  return { cycles: many, heapBytes, bytesPerCycle: Math.round(bytesPerCycle), flat: bytesPerCycle < flatBytesPerCycle };
}

async function heap(): Promise<number> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Memory is measured with --expose-gc.');
  for (let times = 0; times < 3; times += 1) {
    await new Promise((go) => setImmediate(go));
    gc();
  }
  return process.memoryUsage().heapUsed;
}

function slope(values: readonly number[], stepX: number): number {
  const meanX = (values.length - 1) / 2;
  const meanY = values.reduce((sum, value) => sum + value, 0) / values.length;
  const above = values.reduce((sum, value, at) => sum + (at - meanX) * (value - meanY), 0);
  const below = values.reduce((sum, _, at) => sum + (at - meanX) ** 2, 0);
  return above / below / stepX;
}

/** A small picture of it for docs/. */
export function drawn({ heapBytes, cycles: many, bytesPerCycle }: MemoryResult): string {
  const [width, height, left, bottom] = [560, 220, 60, 40];
  const most = Math.ceil((Math.max(...heapBytes) * 1.2) / 2 ** 20);
  const x = (at: number): number => left + ((at + 1) / heapBytes.length) * (width - left - 20);
  const y = (bytes: number): number => height - bottom - (bytes / 2 ** 20 / most) * (height - bottom - 20);
  const points = heapBytes.map((bytes, at) => `${x(at).toFixed(1)},${y(bytes).toFixed(1)}`);
  const text = (atX: number, atY: number, words: string, more = ''): string => `<text x="${atX}" y="${atY}" font-family="sans-serif" font-size="12" fill="#444" ${more}>${words}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<path d="M${left} 20V${height - bottom}H${width - 20}" fill="none" stroke="#888"/>`,
    text(left - 8, y(most * 2 ** 20) + 4, `${most} MiB`, 'text-anchor="end"'),
    text(left - 8, y(0) + 4, '0', 'text-anchor="end"'),
    ...heapBytes.map((_, at) => text(x(at), height - bottom + 16, String(((at + 1) * many) / heapBytes.length), 'text-anchor="middle"')),
    text(width / 2, height - 6, `take-over and restore cycles; the heap after a collection, ${bytesPerCycle} bytes per cycle`, 'text-anchor="middle"'),
    `<polyline points="${points.join(' ')}" fill="none" stroke="#1668b8" stroke-width="2"/>`,
    ...points.map((point) => `<circle cx="${point.split(',')[0] ?? ''}" cy="${point.split(',')[1] ?? ''}" r="3" fill="#1668b8"/>`),
    '</svg>\n',
  ].join('\n');
}
