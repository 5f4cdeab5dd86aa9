import './zod-config.ts';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { t } from './texts/texts.ts';
import { loadPages, router } from './router.tsx';
import './styles.css';

// The WebSocket brings the changes; asking again on focus would only repeat it. `always`: a browser without the
// Internet calls itself offline, and the failover server (on this machine, in this building) is there all the same.
const client = new QueryClient({ defaultOptions: { queries: { refetchOnWindowFocus: false, retry: 1, networkMode: 'always' }, mutations: { networkMode: 'always' } } });

document.documentElement.lang = t.language;

/** The first screen comes first. */
const loadOthersAfterMs = 2_000;
setTimeout(loadPages, loadOthersAfterMs);

const place = document.querySelector('#root');
if (place)
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
