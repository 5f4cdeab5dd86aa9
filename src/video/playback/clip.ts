/**
 * A clip for any player: one plain MP4, its index (`moov`) at the end, so that it can be sent while it
 * is read. Parameter sets are moved out of band (`avc1`/`hvc1`, which every player knows); only if they
 * change within the clip do they stay in band (`avc3`/`hev1`).
 */
import type { TimeUs } from '../../core/units.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { FootageBatch, FootageUnit, StreamConfig } from '../contract.ts';
import { text, u32, u64 } from '../mp4/box.ts';
import { AUDIO_TRACK, movie, sampleDescriptions, type TrackHeader, VIDEO_TRACK } from '../mp4/movie.ts';
import { Pace } from '../mp4/pace.ts';
import { isParameterSet, joinNalUnits, nalUnits } from '../mp4/nal-units.ts';
import { audioSampleEntry, fileType, sampleEntryType, videoSampleEntry } from '../mp4/sample-entries.ts';
import { editList, SampleTable } from '../mp4/sample-table.ts';
import { aacFrameTicks } from '../rtsp/aac.ts';
import { sameConfig } from './same-config.ts';

/** Throws `input.not-found` if there is no footage, `input.invalid` if the video codec changes within the clip. */
export async function* exportClip(batches: AsyncIterable<FootageBatch>): AsyncGenerator<Uint8Array> {
  let clip: Clip | null = null;
  for await (const batch of batches) {
    if (clip === null) {
      clip = new Clip(batch.config);
      yield clip.begin();
    }
    yield* clip.add(batch);
  }
  if (clip === null || clip.empty) throw new UnderstudyError('input.not-found', 'There is no footage in this span.');
  yield clip.end();
}

class Clip {
  readonly #first: StreamConfig;
  /** The audio track's configuration: of the first batch that has audio. */
  #audioConfig: StreamConfig['audio'];
  /** True from the first change of configuration on: then every key picture carries its parameter sets. */
  #changed = false;
  #inBand = false;
  readonly #pace: Pace;
  readonly #video = new SampleTable();
  readonly #audio = new SampleTable();
  #startUs: TimeUs | null = null;
  /** Added to times, so that a host clock that stepped back does not turn the clip back. */
  #shiftUs = 0;
  #newestUs = -Infinity;
  #audioEnd = 0;
  #audioStartUs: TimeUs | null = null;
  #position = 0;

  constructor(first: StreamConfig) {
    this.#first = first;
    this.#audioConfig = first.audio;
    this.#pace = new Pace(first.video.clockRate, 0.001);
  }

  get empty(): boolean {
    return this.#video.count === 0;
  }

  begin(): Uint8Array {
    const start = fileType(false);
    this.#position = start.length;
    return start;
  }

  *add({ config, units }: FootageBatch): Generator<Uint8Array> {
    if (config.video.codec !== this.#first.video.codec)
      throw new UnderstudyError('input.invalid', 'The camera changed its video codec within this span.', {
        field: 'span',
        advice: 'Download one clip up to the change and one from it on.',
      });
    if (!sameConfig(config, this.#first)) this.#changed = true;
    this.#audioConfig ??= config.audio;
    const video = units.filter(({ track }) => track === 'video').map((unit) => this.#addVideo(unit, config));
    const hearsAudio = sameAudio(this.#audioConfig, config.audio);
    const audio = hearsAudio ? units.flatMap((unit) => (unit.track === 'audio' ? this.#addAudio(unit) : [])) : [];
    const bytes = [...video, ...audio].reduce((sum, part) => sum + part.length, 0);
    if (bytes === 0) return;
    const head = Buffer.concat([u32(1), text('mdat'), u64(bytes + 16)]);
    yield head;
    this.#position += head.length;
    this.#video.chunk(this.#position, video.length);
    this.#position += video.reduce((sum, part) => sum + part.length, 0);
    this.#audio.chunk(this.#position, audio.length);
    this.#position += audio.reduce((sum, part) => sum + part.length, 0);
    yield* video;
    yield* audio;
  }

  #addVideo(unit: FootageUnit, config: StreamConfig): Uint8Array {
    if (unit.key && unit.timeUs + this.#shiftUs <= this.#newestUs) this.#shiftUs = this.#newestUs + 40_000 - unit.timeUs;
    const timeUs = this.#pace.time(unit.rtpTime, unit.timeUs + this.#shiftUs);
    this.#newestUs = Math.max(this.#newestUs, timeUs);
    this.#startUs ??= timeUs;
    const data = this.#placeParameterSets(unit, config);
    const time = Math.round(((timeUs - this.#startUs) * this.#first.video.clockRate) / 1e6);
    this.#video.add(time, data.length, unit.key);
    return data;
  }

  #placeParameterSets(unit: FootageUnit, config: StreamConfig): Uint8Array {
    const { codec, parameterSets } = config.video;
    const nals = [...nalUnits(unit.data)];
    const rest = nals.filter((nal) => !isParameterSet(nal, codec));
    if (this.#changed && unit.key) {
      this.#inBand = true;
      return joinNalUnits([...parameterSets, ...rest]);
    }
    const kept = nals.filter((nal) => !isParameterSet(nal, codec) || !parameterSets.some((known) => Buffer.compare(known, nal) === 0));
    if (kept.length > rest.length) this.#inBand = true;
    return kept.length === nals.length ? unit.data : joinNalUnits(kept);
  }

  #addAudio(unit: FootageUnit): Uint8Array[] {
    const rate = this.#audioConfig?.clockRate ?? 0;
    const timeUs = unit.timeUs + this.#shiftUs;
    if (this.#startUs === null || timeUs < this.#startUs) return [];
    this.#audioStartUs ??= timeUs;
    const arrived = Math.round(((timeUs - this.#audioStartUs) * rate) / 1e6);
    const late = Math.abs(arrived - this.#audioEnd) > rate / 20 ? arrived : this.#audioEnd;
    const time = Math.max(late, this.#audioEnd);
    this.#audio.add(time, unit.data.length, true);
    this.#audioEnd = time + this.#frameTicks(unit.data.length);
    return [unit.data];
  }

  /** How long a frame of so many bytes lasts. G.711: one sample a byte and channel. */
  #frameTicks(bytes: number): number {
    const audio = this.#audioConfig;
    if (audio === undefined) return 0;
    return audio.codec === 'aac' ? aacFrameTicks(audio) : Math.round(bytes / Math.max(1, audio.channels));
  }

  end(): Uint8Array {
    const tracks = [this.#videoTrack()];
    if (this.#audioConfig !== undefined && this.#audio.count > 0) tracks.push(this.#audioTrack(this.#audioConfig));
    return movie(tracks, false);
  }

  #videoTrack(): TrackHeader {
    const { video } = this.#first;
    const times = this.#video.times;
    const usual = times.length > 1 ? Math.round((Math.max(...ends(times)) - Math.min(...ends(times))) / (times.length - 1)) : video.clockRate / 25;
    const { tables, duration, delay } = this.#video.finish(Math.min(Math.max(1, usual), video.clockRate), false);
    const entry = videoSampleEntry(sampleEntryType(video.codec, this.#inBand), video);
    return {
      id: VIDEO_TRACK,
      kind: 'video',
      timescale: video.clockRate,
      width: video.width,
      height: video.height,
      duration,
      tables: [sampleDescriptions([entry]), ...tables],
      edit: editList(0, delay, duration, video.clockRate),
    };
  }

  #audioTrack(audio: NonNullable<StreamConfig['audio']>): TrackHeader {
    const { tables, duration } = this.#audio.finish(this.#frameTicks(160 * audio.channels), true);
    const emptyUs = (this.#audioStartUs ?? 0) - (this.#startUs ?? 0);
    return {
      id: AUDIO_TRACK,
      kind: 'audio',
      timescale: audio.clockRate,
      width: 0,
      height: 0,
      duration,
      tables: [sampleDescriptions([audioSampleEntry(audio)]), ...tables],
      edit: editList(emptyUs, 0, duration, audio.clockRate),
    };
  }
}

/** Enough of the ends of a long list to find its least and greatest time; a spread of all would overflow the stack. */
function ends(times: readonly number[]): number[] {
  return [...times.slice(0, 64), ...times.slice(-64)];
}

function sameAudio(a: StreamConfig['audio'], b: StreamConfig['audio']): boolean {
  if (a === undefined || b === undefined) return false;
  return a.codec === b.codec && a.clockRate === b.clockRate && a.channels === b.channels;
}
