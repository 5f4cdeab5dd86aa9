/** What `streams.ts` records: one line of GStreamer each. */

export interface Stream {
  readonly name: string;
  readonly codec: 'h264' | 'h265';
  readonly launch: string;
  readonly transport?: 'tcp' | 'udp';
  /** `seconds=widthxheight`: another size in mid-stream. */
  readonly changes?: readonly string[];
}

const source = (caps = 'width=320,height=240,framerate=25/1,format=I420'): string => `videotestsrc is-live=true pattern=ball ! video/x-raw,${caps}`;
const h264 = (name: string, encoder: string, more: { readonly caps?: string; readonly pay?: string; readonly before?: string } = {}, transport: 'tcp' | 'udp' = 'tcp'): Stream => ({
  name: `h264 ${name}`, codec: 'h264', transport,
  launch: `${source(more.caps)} ! ${more.before ?? ''} x264enc speed-preset=veryfast threads=1 ${encoder} ! rtph264pay name=pay0 pt=96 ${more.pay ?? ''}`,
});
const h265 = (name: string, encoder: string, more: { readonly caps?: string; readonly pay?: string } = {}): Stream => ({
  name: `h265 ${name}`, codec: 'h265',
  launch: `${source(more.caps)} ! x265enc speed-preset=ultrafast ${encoder} ! h265parse ! video/x-h265,alignment=au ! rtph265pay name=pay0 pt=96 ${more.pay ?? ''}`,
});
const quick = 'tune=zerolatency key-int-max=25';

export const streams: readonly Stream[] = [
  h264('open groups', 'key-int-max=25 bframes=3 option-string="open-gop=1:keyint=25:min-keyint=25:scenecut=0"'),
  h264('intra refresh', 'tune=zerolatency intra-refresh=true key-int-max=50'),
  h264('B-pyramid', 'key-int-max=50 bframes=4 b-adapt=false b-pyramid=true option-string="b-pyramid=2"'),
  h264('many slices', `${quick} option-string="slices=8"`),
  h264('tiny packets', `${quick}`, { pay: 'mtu=100' }),
  h264('key-int-max 0', 'tune=zerolatency key-int-max=0'),
  h264('key-int-max 250', 'tune=zerolatency key-int-max=250'),
  h264('variable frame rate', quick, { before: 'identity drop-probability=0.4 ! ' }),
  h264('5 fps', 'tune=zerolatency key-int-max=10', { caps: 'width=320,height=240,framerate=5/1,format=I420' }),
  h264('50 fps', quick, { caps: 'width=320,height=240,framerate=50/1,format=I420' }),
  h264('60 fps with B-frames', 'key-int-max=60 bframes=2', { caps: 'width=320,height=240,framerate=60/1,format=I420' }),
  h264('interlaced', `${quick} interlaced=true`, { caps: 'width=320,height=240,framerate=25/1,format=I420,interlace-mode=interleaved,field-order=top-field-first' }),
  h264('4:2:2 10 bit', quick, { caps: 'width=320,height=240,framerate=25/1,format=I422_10LE' }),
  h264('4:4:4', quick, { caps: 'width=320,height=240,framerate=25/1,format=Y444' }),
  h264('odd size', quick, { caps: 'width=322,height=182,framerate=25/1,format=I420' }),
  { ...h264('size change', `${quick}`, { caps: 'framerate=25/1,format=I420', before: 'videoscale ! capsfilter name=size caps=video/x-raw,width=320,height=240 ! ', pay: 'config-interval=-1' }), changes: ['8=640x480'] },
  { ...h264('size change, sets once', `${quick}`, { caps: 'framerate=25/1,format=I420', before: 'videoscale ! capsfilter name=size caps=video/x-raw,width=320,height=240 ! ' }), changes: ['6=640x480', '9=176x144'] },
  ...['-1', '0', '1'].map((interval) => h264(`config-interval ${interval}`, quick, { pay: `config-interval=${interval}` })),
  h264('aggregate zero-latency', `${quick} option-string="slices=4"`, { pay: 'aggregate-mode=zero-latency' }),
  h264('aggregate max-stap', `${quick} option-string="slices=4"`, { pay: 'aggregate-mode=max-stap' }),
  h264('aggregate max-stap, B-frames', 'key-int-max=25 bframes=3 bitrate=100', { pay: 'aggregate-mode=max-stap' }),
  h264('timestamps wrap', quick, { pay: 'timestamp-offset=4294900000' }),
  h264('timestamps wrap, B-frames', 'key-int-max=25 bframes=3', { pay: 'timestamp-offset=4294900000' }),
  h264('numbers wrap', quick, { pay: 'seqnum-offset=65500 mtu=300' }),
  h265('defaults (open groups)', ''),
  h265('open groups of 25', 'key-int-max=25 option-string="open-gop=1:bframes=4:b-pyramid=1"'),
  h265('many slices', 'tune=zerolatency key-int-max=25 option-string="slices=4"'),
  h265('tiny packets', 'tune=zerolatency key-int-max=25', { pay: 'mtu=100' }),
  h265('intra refresh', 'tune=zerolatency option-string="intra-refresh=1:keyint=50"'),
  h265('10 bit', 'tune=zerolatency key-int-max=25', { caps: 'width=320,height=240,framerate=25/1,format=I420_10LE' }),
  h265('4:2:2 10 bit', 'tune=zerolatency key-int-max=25', { caps: 'width=320,height=240,framerate=25/1,format=I422_10LE' }),
  h265('odd size', 'tune=zerolatency key-int-max=25', { caps: 'width=322,height=182,framerate=25/1,format=I420' }),
  h265('5 fps', 'tune=zerolatency key-int-max=10', { caps: 'width=320,height=240,framerate=5/1,format=I420' }),
  h265('aggregate max', 'tune=zerolatency key-int-max=25', { pay: 'aggregate-mode=max' }),
  h265('wraps', 'key-int-max=25', { pay: 'timestamp-offset=4294900000 seqnum-offset=65500 config-interval=-1' }),
  h264('MBAFF with B-frames, bottom field first', 'key-int-max=25 bframes=2 interlaced=true', { caps: 'width=320,height=256,framerate=25/1,format=I420,interlace-mode=interleaved,field-order=bottom-field-first' }),
  h264('B-pyramid, weighted, open groups, slices', 'key-int-max=30 option-string="bframes=5:b-pyramid=2:open-gop=1:slices=3:weightp=2:scenecut=0"'),
  h264('intra refresh in slices', 'tune=zerolatency intra-refresh=true key-int-max=40 option-string="slices=4"', { pay: 'mtu=400' }),
  h264('tiny packets, B-frames, aggregate max-stap', 'key-int-max=25 bframes=3', { pay: 'mtu=200 aggregate-mode=max-stap' }),
  h264('huge packets', `${quick} bitrate=4000 option-string="slices=4"`, { pay: 'mtu=65000 aggregate-mode=max-stap' }),
  h264('time and numbers wrap, B-frames', 'key-int-max=25 bframes=3', { pay: 'timestamp-offset=4294900000 seqnum-offset=65500 mtu=200' }),
  h264('time and numbers wrap, over UDP', quick, { pay: 'timestamp-offset=4294900000 seqnum-offset=65500 mtu=200' }, 'udp'),
  h264('29.97 fps', quick, { caps: 'width=320,height=240,framerate=30000/1001,format=I420' }),
  h264('access unit delimiters and HRD', `${quick} aud=true option-string="nal-hrd=cbr:vbv-maxrate=500:vbv-bufsize=500:bitrate=500:filler=1"`),
  { ...h264('size changes every 3 s', quick, { caps: 'framerate=25/1,format=I420', before: 'videoscale ! capsfilter name=size caps=video/x-raw,width=320,height=240 ! ' }), changes: ['3=640x480', '6=176x144', '9=320x240', '12=640x360'] },
  { ...h264('size changes every 3 s, B-frames', 'key-int-max=25 bframes=3', { caps: 'framerate=25/1,format=I420', before: 'videoscale ! capsfilter name=size caps=video/x-raw,width=320,height=240 ! ' }), changes: ['3=640x480', '6=176x144', '9=320x240', '12=640x360'] },
  { ...h264('ONVIF replay extension', quick), launch: `${source()} ! x264enc speed-preset=veryfast threads=1 ${quick} ! rtph264pay name=tell pt=96 ! rtponviftimestamp name=pay0 ntp-offset=0 drop-out-of-segment=false` },
  { ...h264('ONVIF replay extension, B-frames in small packets', ''), launch: `${source()} ! x264enc speed-preset=veryfast threads=1 key-int-max=25 bframes=3 ! rtph264pay name=tell pt=96 mtu=300 ! rtponviftimestamp name=pay0 ntp-offset=0 drop-out-of-segment=false` },
  h265('B-pyramid and temporal layers', 'key-int-max=50 option-string="bframes=4:b-pyramid=1:b-adapt=0:temporal-layers=1"'),
  h265('fields', 'tune=zerolatency key-int-max=50 option-string="interlace=tff"'),
  h265('tiny packets, aggregate max, B-frames', 'key-int-max=25 option-string="bframes=4"', { pay: 'mtu=200 aggregate-mode=max' }),
  h265('huge packets, aggregate zero-latency', 'tune=zerolatency key-int-max=25 bitrate=4000 option-string="slices=4:aud=1:repeat-headers=1"', { pay: 'mtu=65000 aggregate-mode=zero-latency' }),
  { ...h265('ONVIF replay extension', ''), launch: `${source()} ! x265enc speed-preset=ultrafast key-int-max=25 ! h265parse ! video/x-h265,alignment=au ! rtph265pay name=tell pt=96 mtu=300 ! rtponviftimestamp name=pay0 ntp-offset=0 drop-out-of-segment=false` },
  h264('a picture every 12 s', 'tune=zerolatency key-int-max=1', { caps: 'width=320,height=240,framerate=1/12,format=I420' }),
];
