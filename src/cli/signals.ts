/** Resolves with a reason in words at the first signal that asks this process to end. */
export async function untilSignal(): Promise<string> {
  return await new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => resolve(`ended by ${name}`));
  });
}
