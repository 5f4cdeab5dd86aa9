/** Every place at which the failover server may die between two durable steps; a test learns them anew and compares. */
const changes = [
  'standby to held', 'standby to queued', 'standby to standby', 'standby to taking over', 'held to standby', 'held to held', 'held to queued', 'held to taking over',
  'queued to standby', 'queued to queued', 'queued to held', 'queued to taking over', 'taking over to taking over', 'taking over to active', 'taking over to restoring',
  'taking over to stopping', 'active to active', 'active to restoring', 'active to stopping', 'restoring to restoring', 'restoring to active', 'restoring to standby',
  'restoring to stopping', 'stopping to stopping', 'stopping to standby', 'stopping to removed',
] as const;
const effects = ['ask cameras', 'take camera', 'let camera go', 'release on recorder', 'resume on recorder', 'take-over ended', 'raise alarm', 'clear alarm'] as const;

/** No server goes from standby to taking over in one step any more; seeds count on the places of the others, so they stay in the list. */
export const neverPassed: readonly string[] = ['standby to taking over: before persist', 'standby to taking over: persisted'];

export const failpoints: readonly string[] = [...changes.flatMap((change) => [`${change}: before persist`, `${change}: persisted`]), ...effects.map((effect) => `${effect}: done`)];
