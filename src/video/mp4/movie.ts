/** The `moov` box (ISO/IEC 14496-12 §8.2), for fragmented files (empty sample tables) and for clips. */
import type { StreamConfig } from '../contract.ts';
import { box, fullBox, text, u16, u32, u64, u8, unityMatrix } from './box.ts';
import { audioSampleEntry, fileType, sampleEntryType, videoSampleEntry } from './sample-entries.ts';

export const VIDEO_TRACK = 1;
export const AUDIO_TRACK = 2;
/** Ticks per second of `mvhd`. */
export const MOVIE_TIMESCALE = 1000;

export interface TrackHeader {
  readonly id: number;
  readonly kind: 'video' | 'audio';
  readonly timescale: number;
  readonly width: number;
  readonly height: number;
  /** Duration in the track's own ticks; 0 in fragmented files. */
  readonly duration: number;
  /** The content of `stbl`. */
  readonly tables: readonly Uint8Array[];
  /** `edts`, if the media does not begin at zero. */
  readonly edit?: Uint8Array;
}

export function movie(tracks: readonly TrackHeader[], fragmented: boolean): Buffer {
  const duration = Math.max(
    0,
    ...tracks.map((track) => Math.round((track.duration / track.timescale) * MOVIE_TIMESCALE)),
  );
  const mvhd = fullBox(
    'mvhd',
    1,
    0,
    u64(0),
    u64(0),
    u32(MOVIE_TIMESCALE),
    u64(duration),
    u32(0x10000),
    u16(0x100, 0),
    u32(0, 0),
    unityMatrix,
    u32(0, 0, 0, 0, 0, 0),
    u32(tracks.length + 1),
  );
  const mvex = box('mvex', ...tracks.map(({ id }) => fullBox('trex', 0, 0, u32(id, 1, 0, 0, 0))));
  return box('moov', mvhd, ...tracks.map(trak), ...(fragmented ? [mvex] : []));
}

function trak(track: TrackHeader): Buffer {
  const isVideo = track.kind === 'video';
  const duration = Math.round((track.duration / track.timescale) * MOVIE_TIMESCALE);
  const tkhd = fullBox(
    'tkhd',
    1,
    3,
    u64(0),
    u64(0),
    u32(track.id, 0),
    u64(duration),
    u32(0, 0),
    u16(0, 0, isVideo ? 0 : 0x100, 0),
    unityMatrix,
    u32(track.width * 0x10000, track.height * 0x10000),
  );
  const mdhd = fullBox('mdhd', 1, 0, u64(0), u64(0), u32(track.timescale), u64(track.duration), u16(0x55c4, 0));
  const hdlr = fullBox(
    'hdlr',
    0,
    0,
    u32(0),
    text(isVideo ? 'vide' : 'soun'),
    u32(0, 0, 0),
    text(isVideo ? 'video\0' : 'audio\0'),
  );
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
  const header = isVideo ? fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)) : fullBox('smhd', 0, 0, u16(0, 0));
  const minf = box('minf', header, dinf, box('stbl', ...track.tables));
  return box('trak', tkhd, ...(track.edit === undefined ? [] : [track.edit]), box('mdia', mdhd, hdlr, minf));
}

export function sampleDescriptions(entries: readonly Uint8Array[]): Buffer {
  return fullBox('stsd', 0, 0, u32(entries.length), ...entries);
}

const emptyTables = [
  fullBox('stts', 0, 0, u32(0)),
  fullBox('stsc', 0, 0, u32(0)),
  fullBox('stsz', 0, 0, u32(0, 0)),
  fullBox('stco', 0, 0, u32(0)),
];

/** `ftyp` + `moov` in front of fragments. `inBand`: units may carry parameter sets themselves. */
export function initSegment(config: StreamConfig, inBand: boolean): Buffer {
  const { video, audio } = config;
  const tracks: TrackHeader[] = [
    {
      id: VIDEO_TRACK,
      kind: 'video',
      timescale: video.clockRate,
      width: video.width,
      height: video.height,
      duration: 0,
      tables: [
        sampleDescriptions([videoSampleEntry(sampleEntryType(video.codec, inBand), video)]),
        ...emptyTables,
      ],
    },
  ];
  if (audio !== undefined)
    tracks.push({
      id: AUDIO_TRACK,
      kind: 'audio',
      timescale: audio.clockRate,
      width: 0,
      height: 0,
      duration: 0,
      tables: [sampleDescriptions([audioSampleEntry(audio)]), ...emptyTables],
    });
  return Buffer.concat([fileType(true), movie(tracks, true), u8()]);
}
