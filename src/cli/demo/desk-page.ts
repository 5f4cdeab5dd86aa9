import type { DeskNeeds } from './desk.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const text = (value: string): string => value.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);

const style = `
:root{color-scheme:light dark;--page:#f4f5f7;--panel:#fff;--line:#d3d8e0;--ink:#16202c;--dim:#556273;--accent:#1457b8;--alarm:#b3201f;--ok:#12704a}
@media(prefers-color-scheme:dark){:root{--page:#10151c;--panel:#18202a;--line:#34404f;--ink:#e8edf3;--dim:#9fadbd;--accent:#6aa8ff;--alarm:#ff7b73;--ok:#4fc78f}}
body{margin:0 auto;max-width:70rem;padding:1.5rem;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,'DejaVu Sans',sans-serif}
section{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:1rem;margin:1rem 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));gap:1rem}.cards section{margin:0}
h1{margin:0 0 .3rem}h2{margin:0 0 .5rem;font-size:1.1rem}p{margin:.3rem 0}
button,a.button{font:inherit;border:1px solid var(--line);border-radius:5px;background:transparent;color:var(--ink);padding:.35rem .7rem;margin:.15rem .1rem;cursor:pointer;text-decoration:none;display:inline-block}
a.button{background:var(--accent);border-color:var(--accent);color:var(--panel);font-weight:600}button.mend{border-color:var(--ok);color:var(--ok)}
button[aria-disabled=true]{opacity:.5;cursor:not-allowed}.dim{color:var(--dim)}.bad{color:var(--alarm)}.good{color:var(--ok)}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}.big{font-size:1.3rem;font-weight:600;white-space:nowrap}`;

/** Everything shown comes from the failover server's API, asked once a second. Runs in the browser. */
const script = `
const $ = (tag, props = {}, ...children) => { const e = Object.assign(document.createElement(tag), props); e.append(...children.filter((c) => c !== null)); return e; };
const words = { 'monitored server': 'by itself', 'failover server': 'by the failover server', both: 'by both', nobody: 'by nobody', unknown: 'not known' };
let problem = '';
const press = async (path) => { const r = await fetch(path, { method: 'POST', headers: { 'x-demo': 'desk' } }); problem = r.ok ? '' : (await r.json()).message; await show(); };
const gap = (ms, open) => open ? 'still open' : ms === null ? 'being measured' : ms >= 10000 ? (ms / 1000).toFixed(1) + ' s' : Math.round(ms) + ' ms';
const card = (r, i) => $('section', {},
  $('h2', {}, r.name + ' ', $('span', { className: 'dim' }, r.standby + ' standby')),
  $('p', {}, 'State: ', $('strong', { className: r.state === 'alive' ? 'good' : 'bad' }, r.state), ', recorded ', $('strong', {}, words[r.recordedBy])),
  $('p', { className: r.protected ? 'good' : 'bad' }, r.protected ? 'Protected' : 'Not protected: ' + r.why),
  r.broken ? $('p', { className: 'bad' }, 'Broken: ' + r.faults.find((f) => f.name === r.broken).text) : null,
  $('div', {}, ...(r.broken ? [$('button', { className: 'mend', onclick: () => press('/mend/' + i) }, 'Mend it')] : r.faults.map((f) => {
    const b = $('button', { title: f.refusal ?? '', onclick: () => f.refusal ? (problem = f.refusal, show()) : press('/strike/' + i + '/' + f.name) }, f.text);
    if (f.refusal) b.setAttribute('aria-disabled', 'true');
    return b; }))));
const line = (o) => $('tr', {}, $('td', {}, new Date(o.startedMs).toLocaleTimeString()), $('td', {}, o.serverName), $('td', {}, o.standby), $('td', {}, o.trigger), $('td', {}, o.takenOver ? 'taken over' : 'no'), $('td', {}, o.endedMs ? 'over' : 'open'),
  $('td', { className: 'big ' + (!o.endedMs || o.worstGapMs === null ? 'dim' : o.worstGapMs === 0 ? 'good' : 'bad') }, gap(o.worstGapMs, !o.endedMs)), $('td', {}, $('a', { href: ui + '/outages/' + o.id, target: 'understudy' }, 'Report')));
async function show() {
  try {
    const s = await (await fetch('/state')).json();
    document.querySelector('#recorders').replaceChildren(...s.recorders.map(card));
    document.querySelector('#outages').replaceChildren(...s.outages.map(line));
    document.querySelector('#none').hidden = s.outages.length > 0;
  } catch (e) { problem = 'The demo does not answer: ' + e.message; }
  document.querySelector('#problem').textContent = problem;
}
setInterval(show, 1000); show();`;

export function deskPage({ logInUrl, notProtected }: DeskNeeds): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><title>Understudy demo</title><style>${style}</style></head><body>
<h1>Understudy demo</h1>
<p>Three recorders with simulated cameras, their agents and a failover server run on this machine as real processes. <strong>The time-outs are shortened</strong> (keep alive 5 s instead of 30 s); nothing else is.</p>
<p><a class="button" href="${text(logInUrl)}" target="understudy">Open the failover server’s pages</a></p>
<section><h2>In three minutes</h2><ol>
<li>Open the pages above and look at <em>Overview</em>.</li>
<li>Press <em>Pull the power</em> at Recorder 1 (hot) and at Recorder 2 (cold). Watch both being taken over.</li>
<li>Press <em>Mend it</em> at both. They record again, and the failover server lets go, camera by camera.</li>
<li>Look below: with hot standby no millisecond is missing; with cold standby the gap stands there. Play across it under <em>Footage</em>.</li>
<li>Try the others: a frozen recorder, a full disk (it drops its oldest footage, then records nothing more), a network that is cut (both record, and the timeline is one all the same).</li>
<li>Recorder 3 is <em>not protected</em>: ${text(notProtected)} That is known before the bad day.</li></ol></section>
<p id="problem" class="bad" role="alert"></p>
<div id="recorders" class="cards"></div>
<section><h2>Outages</h2><p id="none" class="dim">None yet.</p><table><thead><tr><th>Began</th><th>Server</th><th>Standby</th><th>Why</th><th>Role</th><th>State</th><th>Worst footage gap</th><th></th></tr></thead><tbody id="outages"></tbody></table></section>
<script>const ui=${JSON.stringify(new URL(logInUrl).origin)};${script}</script></body></html>`;
}
