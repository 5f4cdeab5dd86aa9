import { parseArgs } from 'node:util';
import { authSchemes, type AuthScheme } from './options.ts';
import type { ServerOptions } from './server.ts';

export const help = `Simulated RTSP cameras.

  node dist/sim/cameras/main.js [options]

  --host ADDRESS         address to listen on (127.0.0.1)
  --port N               RTSP port (0: any)
  --count N              number of cameras (1), up to 200
  --first N              number of the first camera (1)
  --port-per-camera      camera n listens on its own port, port + n - 1
  --control N            HTTP control port (none; 0: any)
  --control-host ADDRESS its address (127.0.0.1)
  --codec h264|h265      video codec (h264)
  --scene yard|gate|dock|hall   picture (H.264 cameras take turns)
  --gop 1|5              seconds between key frames (1)
  --bitrate N            inflate video to so many bit/s; 4M, 800k (0: as encoded)
  --padding filler|slice how to inflate (filler)
  --same-loops           successive loops have identical slices
  --audio none|aac|pcmu|pcma
  --auth LIST            of ${authSchemes.join(', ')} (none), in order of offer
  --user NAME            (user)
  --password TEXT        (password)
  --qop                  digest with qop="auth"
  --transport both|tcp|udp   the rest is refused with 461
  --no-sdp-parameter-sets    parameter sets in band only
  --no-get-parameter     answer GET_PARAMETER with 405
  --timeout SECONDS      session time-out (60)
  --start key|any        first frame of a session (key)
  --rtp-ppm N            error of the media clock (0)
  --mtu BYTES            largest RTP payload (1400)
  --help

When all listen, one line of JSON is printed: {"ready":true,"port":…,"control":…,"urls":[…]}.
`;

export interface Arguments {
  readonly help: boolean;
  readonly control: number | null;
  readonly controlHost: string;
  readonly options: ServerOptions;
}

/** Throws a TypeError for unknown options; values are judged by startCameras. */
export function readArguments(args: readonly string[]): Arguments {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: text, port: text, count: text, first: text, 'port-per-camera': flag, control: text, 'control-host': text, codec: text, scene: text,
      gop: text, bitrate: text, padding: text, 'same-loops': flag, audio: text, auth: text, user: text, password: text,
      qop: flag, transport: text, 'no-sdp-parameter-sets': flag, 'no-get-parameter': flag, timeout: text, start: text,
      'rtp-ppm': text, mtu: text, help: flag,
    },
  });
  const given = {
    host: values.host,
    port: optional(values.port),
    count: optional(values.count),
    first: optional(values.first),
    portPerCamera: values['port-per-camera'],
    codec: values.codec,
    scene: values.scene,
    gopSeconds: optional(values.gop),
    bitrate: optional(values.bitrate),
    padding: values.padding,
    distinctLoops: values['same-loops'] ? false : undefined,
    audio: values.audio,
    auth: values.auth?.split(',') as AuthScheme[] | undefined,
    user: values.user,
    password: values.password,
    qop: values.qop,
    transport: values.transport,
    sdpParameterSets: values['no-sdp-parameter-sets'] ? false : undefined,
    getParameter: values['no-get-parameter'] ? false : undefined,
    timeoutS: optional(values.timeout),
    startAt: values.start,
    rtpPpm: optional(values['rtp-ppm']),
    mtu: optional(values.mtu),
  };
  // The schema behind startCameras refuses what is not among the choices.
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as ServerOptions;
  return { help: values.help === true, control: optional(values.control) ?? null, controlHost: values['control-host'] ?? '127.0.0.1', options };
}

/** A number, with k or M for thousands and millions. */
function optional(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const found = /^(-?\d+(?:\.\d+)?)([kM]?)$/.exec(text);
  if (!found) throw new TypeError(`'${text}' is not a number. Write for example 8554, 800k or 4M.`);
  return Number(found[1]) * (found[2] === 'k' ? 1e3 : found[2] === 'M' ? 1e6 : 1);
}
