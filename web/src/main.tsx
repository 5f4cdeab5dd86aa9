import { createRoot } from 'react-dom/client';

const place = document.querySelector('#root');
if (place) createRoot(place).render(<main>Understudy</main>);
