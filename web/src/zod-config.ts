import { config } from 'zod';
import { plainWords } from '../../src/contract/plain-words.ts';

// The page's content security policy forbids code made at run time; zod then need not try (each try is
// reported by the browser). Must run before the first schema is made: it is the first import of main.tsx.
// What is refused is said in words, not in a programmer's ("expected number, received NaN").
config({ jitless: true, customError: plainWords });
