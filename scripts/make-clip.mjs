// Makes the simulated cameras' sample clips in sim/cameras/clips (committed, so that nobody needs to run this).
// Needs Debian's ffmpeg (x264, x265, aac) and fonts-dejavu-core: node scripts/make-clip.mjs
//
// What the simulator relies on, and therefore must not change lightly:
// - 250 pictures at 25 a second: second 0 to 9 is burned in, so the loop can be locked to UTC;
// - closed GOPs, no B-frames, one slice per picture, CABAC (the simulator appends cabac_zero_words);
// - an even number of GOPs, so that idr_pic_id still alternates where the loop closes;
// - the audio loop is 8 s = 125 AAC frames at 16 kHz exactly; it is cut from the middle of three
//   encoded loops, so that the transform's overlap fits where the loop closes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

const folder = new URL('../sim/cameras/clips/', import.meta.url).pathname;
const font = '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf';
const seconds = 10;
const rate = 25;

const scenes = [
  { name: 'yard', from: '0x1f3a4d', to: '0x3d6b5c' },
  { name: 'gate', from: '0x4a2f2a', to: '0x7a5a3a' },
  { name: 'dock', from: '0x2b2f55', to: '0x54508a' },
  { name: 'hall', from: '0x37404a', to: '0x6d7680' },
];

function picture({ scene, width, height }) {
  const big = Math.round(height / 3);
  const small = Math.round(height / 14);
  const box = Math.round(height / 9);
  const drawn = [
    // A person-sized box that crosses the scene once per loop, so that pictures differ and the seam is smooth.
    `drawtext=fontfile=${font}:text='%{eif\\:mod(n/${rate}\\,${seconds})\\:d}':fontsize=${big}:fontcolor=white:x=(w-tw)/2:y=(h-th)/2`,
    `drawtext=fontfile=${font}:text='${scene.name}  second %{eif\\:mod(n/${rate}\\,${seconds})\\:d}  picture %{eif\\:mod(n\\,${rate * seconds})\\:d\\:3}':fontsize=${small}:fontcolor=white:x=${small}:y=h-${2 * small}`,
    `drawtext=fontfile=${font}:text='simulated camera':fontsize=${small}:fontcolor=white@0.8:x=${small}:y=${small}`,
  ].join(',');
  return (
    `gradients=s=${width}x${height}:c0=${scene.from}:c1=${scene.to}:x0=0:y0=0:x1=${width}:y1=${height}:speed=0.00001:d=${seconds}:r=${rate}[bg];` +
    `color=c=0xe0b040:s=${box}x${2 * box}:d=${seconds}:r=${rate}[box];` +
    `[bg][box]overlay=x='mod(t/${seconds}*W+W/4\\,W)-w/2':y='H*0.62-h/2':shortest=1,${drawn},format=yuv420p[v]`
  );
}

function ffmpeg(args) {
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
}

function h264(file, look, gop, crf) {
  const x264 = `keyint=${gop}:min-keyint=${gop}:scenecut=0:bframes=0:ref=1:sliced-threads=0:threads=1:open-gop=0:cabac=1:aud=0`;
  ffmpeg(['-filter_complex', picture(look), '-map', '[v]', '-frames:v', String(seconds * rate), '-c:v', 'libx264',
    '-profile:v', 'main', '-preset', 'veryslow', '-crf', String(crf), '-x264-params', x264, '-f', 'h264', folder + file]);
}

function h265(file, look, gop, crf) {
  const x265 = `keyint=${gop}:min-keyint=${gop}:scenecut=0:bframes=0:open-gop=0:slices=1:wpp=0:pools=1:frame-threads=1:info=0:repeat-headers=1:log-level=error`;
  ffmpeg(['-filter_complex', picture(look), '-map', '[v]', '-frames:v', String(seconds * rate), '-c:v', 'libx265',
    '-preset', 'slow', '-crf', String(crf), '-x265-params', x265, '-f', 'hevc', folder + file]);
}

// Every second begins with a beep, one tone higher than the second before.
function aac(file) {
  const beep = `if(lt(mod(t\\,1)\\,0.25)\\,0.3*sin(2*PI*(400+100*floor(mod(t\\,8)))*t)\\,0.01*sin(2*PI*100*t))`;
  ffmpeg(['-f', 'lavfi', '-i', `aevalsrc=exprs=${beep}:s=16000:d=24`, '-c:a', 'aac', '-b:a', '32k', '-f', 'adts', folder + file]);
  const bytes = readFileSync(folder + file);
  const frames = [];
  for (let at = 0; at + 7 <= bytes.length; ) {
    const length = ((bytes[at + 3] & 3) << 11) | (bytes[at + 4] << 3) | (bytes[at + 5] >> 5);
    frames.push(bytes.subarray(at, at + length));
    at += length;
  }
  // One frame of priming lies at the front.
  writeFileSync(folder + file, Buffer.concat(frames.slice(1 + 125, 1 + 250)));
}

mkdirSync(folder, { recursive: true });
for (const old of readdirSync(folder)) rmSync(folder + old);
for (const scene of scenes) h264(`${scene.name}.h264`, { scene, width: 1280, height: 720 }, rate, 24);
h264('second.h264', { scene: scenes[0], width: 640, height: 360 }, rate, 26);
h264('long-gop.h264', { scene: scenes[0], width: 640, height: 360 }, 5 * rate, 26);
h265('yard.h265', { scene: scenes[0], width: 640, height: 360 }, rate, 26);
h265('second.h265', { scene: scenes[0], width: 480, height: 272 }, rate, 28);
h265('long-gop.h265', { scene: scenes[0], width: 640, height: 360 }, 5 * rate, 26);
aac('tone.aac');

let total = 0;
for (const name of readdirSync(folder)) {
  const { size } = statSync(folder + name);
  total += size;
  console.log(`${name.padEnd(16)} ${size}`);
}
console.log(`total            ${total}`);
if (total > 4_000_000) throw new Error(`The clips take ${total} bytes; at most 4,000,000 may be committed.`);
