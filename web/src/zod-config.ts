import { config } from 'zod';

// The page's content security policy forbids code made at run time; zod then need not try (each try is
// reported by the browser). Must run before the first schema is made: it is the first import of main.tsx.
config({ jitless: true });
