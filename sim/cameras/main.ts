import { ZodError } from 'zod';
import { help, readArguments } from './arguments.ts';
import { openControl } from './control.ts';
import { startCameras } from './server.ts';

/** The simulated cameras as a process of their own; ends on SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const { help: wanted, control, controlHost, options } = readArguments(process.argv.slice(2));
  if (wanted) return void process.stdout.write(help);
  const cameras = await startCameras(options);
  const controller = control === null ? null : await openControl(cameras, control, controlHost);
  const stop = async (): Promise<void> => {
    await controller?.close();
    await cameras.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
  process.stdout.write(`${JSON.stringify({ ready: true, port: cameras.port, control: controller?.port ?? null, urls: cameras.urls })}\n`);
}

main().catch((error: unknown) => {
  const text =
    error instanceof ZodError
      ? error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`).join('\n')
      : error instanceof Error ? error.message : String(error);
  process.stderr.write(`${text}\nSee --help.\n`);
  process.exitCode = 2;
});
