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
a{color:var(--accent)}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}ul#alarms{list-style:none;margin:0;padding:0}.wide{overflow-x:auto}button[aria-busy=true]{opacity:.5}.big{font-size:1.3rem;font-weight:600;white-space:nowrap}`;

/**
 * Everything shown comes from the failover server's API, asked once a second. Runs in the browser. What has not
 * changed is not drawn again: a button that is replaced between press and release is never pressed, and loses the focus.
 */
const script = `
const $ = (tag, props = {}, ...children) => { const e = Object.assign(document.createElement(tag), props); e.append(...children.filter((c) => c !== null)); return e; };
const words = { 'monitored server': 'by itself', 'failover server': 'by the failover server', both: 'by both', nobody: 'by nobody', unknown: 'not known' };
let problem = '';
const silent = 'The demo does not answer. Was it ended? Start it again with npm start.';
const drawn = {};
const draw = (id, data, make) => {
  const now = JSON.stringify(data); if (drawn[id] === now) return; drawn[id] = now;
  const place = document.querySelector(id), held = place.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  place.replaceChildren(...data.map(make));
  if (held) (place.querySelector('[data-key="' + held + '"]') ?? place.querySelector('[data-key^="' + held.split(' ')[0] + ' "]'))?.focus();
};
const press = async (button, path) => {
  if (button.getAttribute('aria-busy') === 'true') return;
  button.setAttribute('aria-busy', 'true');
  try { const r = await fetch(path, { method: 'POST', headers: { 'x-demo': 'desk' } }); problem = r.ok ? '' : (await r.json()).message; }
  catch { problem = silent; }
  button.removeAttribute('aria-busy');
  await show();
};
const clock = (ms) => new Date(ms).toLocaleTimeString(undefined, { hourCycle: 'h23' });
const button = (key, text, of, className, act) => { const b = $('button', { className, onclick: () => act(b) }, text); b.dataset.key = key; b.setAttribute('aria-label', text + ': ' + of); return b; };
const card = (r, i) => $('section', {},
  $('h2', {}, r.name + ' ', $('span', { className: 'dim' }, r.standby + ' standby')),
  $('p', {}, 'State: ', $('strong', { className: r.state === 'alive' ? 'good' : 'bad' }, r.state), ', recorded ', $('strong', {}, words[r.recordedBy])),
  $('p', { className: r.protected ? 'good' : 'bad' }, r.protected ? 'Protected' : 'Not protected: ' + r.why),
  r.broken ? $('p', { className: 'bad' }, 'Broken: ' + r.faults.find((f) => f.name === r.broken).text) : null,
  $('div', {}, ...(r.broken ? [button(i + ' mend', 'Mend it', r.name, 'mend', (b) => press(b, '/mend/' + i))] : r.faults.map((f) => {
    const b = button(i + ' ' + f.name, f.text, r.name, '', (b) => f.refusal ? (problem = f.refusal, show()) : press(b, '/strike/' + i + '/' + f.name));
    if (f.refusal) { b.setAttribute('aria-disabled', 'true'); b.title = f.refusal; }
    return b; }))));
const alarm = (a) => $('li', { className: a.severity === 'alarm' ? 'bad' : '' }, clock(a.atMs) + '  ' + a.text);
const line = (o) => $('tr', {}, $('td', {}, clock(o.startedMs)), $('td', {}, o.serverName), $('td', {}, o.standby), $('td', {}, o.trigger), $('td', {}, o.takenOver ? 'taken over' : 'no'), $('td', {}, o.endedMs ? 'over' : 'open'),
  $('td', { className: 'big ' + (!o.endedMs || o.worstGapMs === null ? 'dim' : o.worstGapMs === 0 ? 'good' : 'bad') }, o.endedMs ? (o.gap ?? 'being measured') : 'still open'), $('td', {}, $('a', { href: ui + '/outages/' + o.id, target: 'understudy' }, 'Report')));
async function show() {
  try {
    const r = await fetch('/state'), s = await r.json();
    if (!r.ok) throw new Error(s.message);
    if (problem === silent) problem = '';
    draw('#recorders', s.recorders, card);
    draw('#outages', s.outages, line);
    draw('#alarms', s.alarms, alarm);
    for (const name of ['outages', 'alarms']) { document.querySelector('#no-' + name).hidden = s[name].length > 0; }
    document.querySelector('#table').hidden = s.outages.length === 0;
  } catch (e) { problem = e instanceof TypeError ? silent : e.message; }
  const place = document.querySelector('#problem'); if (place.textContent !== problem) place.textContent = problem;
}
setInterval(show, 1000); show();`;

export function deskPage({ logInUrl, notProtected }: DeskNeeds): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><title>Understudy demo</title><style>${style}</style></head><body>
<h1>Understudy demo</h1>
<p>Three recorders with simulated cameras, their agents and a failover server run on this machine as real processes. <strong>The time-outs are shortened</strong> (keep alive 5 s instead of 30 s); nothing else is.</p>
<p><a class="button" href="${text(logInUrl)}" target="understudy">Open the failover server’s pages</a></p>
<section><h2>In three minutes</h2><ol>
<li>Open the pages above and look at <em>Overview</em>.</li>
<li>Press <em>Pull the power</em> at Recorder 1 (hot) and at Recorder 2 (cold). The alarms arrive below; watch both being taken over.</li>
<li>Press <em>Mend it</em> at both. They record again, and the failover server lets go, camera by camera.</li>
<li>Look below: with hot standby no millisecond is missing; with cold standby the gap stands there. Play across it under <em>Footage</em>.</li>
<li>Try the others: a frozen recorder, a full disk (it drops its oldest footage, then records nothing more), a network that is cut (both record, and the timeline is one all the same).</li>
<li>Recorder 3 is <em>not protected</em>: ${text(notProtected)} That is known before the bad day.</li></ol></section>
<p id="problem" class="bad" role="alert"></p>
<div id="recorders" class="cards"></div>
<section aria-label="Alarms"><h2>Alarms and notices that arrived</h2><p class="dim">The failover server sends them to this page by its webhook (<em>Setup › Notifications</em>); e-mail and syslog work alike. The same kind comes at most once a minute for each server.</p><p id="no-alarms" class="dim">None yet.</p><ul id="alarms" aria-live="polite"></ul></section>
<section aria-label="Outages"><h2>Outages</h2><p id="no-outages" class="dim">None yet.</p><div class="wide"><table id="table" hidden><thead><tr><th>Began</th><th>Server</th><th>Standby</th><th>Why</th><th>Role</th><th>State</th><th>Worst footage gap</th><th></th></tr></thead><tbody id="outages"></tbody></table></div><p class="dim">Times are in the time zone of this browser.</p></section>
<script>const ui=${JSON.stringify(new URL(logInUrl).origin)};${script}</script></body></html>`;
}
