import { z } from 'zod';
import { UnderstudyError } from '../contract/errors.ts';
import type { Random } from '../platform/random.ts';

/** The one failover server that protects this server, pinned when it was paired. */
const protector = z.strictObject({
  id: z.string().min(1).max(100),
  name: z.string().max(200),
  /** SHA-256 of its key (SPKI), hex. */
  fingerprint: z.string().length(64),
  pairedAtMs: z.number(),
  /** The secret it was paired with (hex): its own repetition, after an answer that was lost, is no fraud. */
  usedSecret: z.string(),
});
export type Protector = z.infer<typeof protector>;

export const agentMemory = z.strictObject({
  schema: z.literal(1),
  /** This installation of the agent; made once. */
  instance: z.string().min(1),
  protector: protector.nullable(),
});
export type AgentMemory = z.infer<typeof agentMemory>;

/** What the agent keeps over its restarts. Every write is durable when it resolves. */
export interface AgentState {
  readMemory(): Promise<AgentMemory | null>;
  writeMemory(memory: AgentMemory): Promise<void>;
  /**
   * The pairing secret that is open now, 16 bytes; null: none. Kept apart from the memory and read
   * at each attempt, because a command may write a new one while the agent runs.
   */
  readSecret(): Promise<Uint8Array | null>;
  writeSecret(secret: Uint8Array | null): Promise<void>;
}

/** Makes a new one-time pairing secret; any older one that was not used is void. */
export async function renewSecret(state: AgentState, random: Random): Promise<Uint8Array> {
  const secret = random.bytes(16);
  await state.writeSecret(secret);
  return secret;
}

/** Throws `input.invalid` naming the field: a damaged file is never guessed at. */
export function parseMemory(text: string, where: string): AgentMemory {
  const parsed = agentMemory.safeParse(parseJson(text, where));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UnderstudyError('input.invalid', `${where}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`, {
    field: issue?.path.join('.') ?? '',
    advice: 'Bring the file back from a copy, or delete it and pair again.',
  });
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnderstudyError('input.invalid', `${where} is not JSON.`, { cause: error, advice: 'Bring the file back from a copy, or delete it and pair again.' });
  }
}
