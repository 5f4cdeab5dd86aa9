import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: { outDir: '../dist/web', emptyOutDir: true, target: 'es2022', sourcemap: false,
    // zod with its configuration and the schemas stay together, in the order of their imports (src/zod-config.ts).
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'contract', test: /zod|src[\\/]contract/ }] } } },
  },
});
