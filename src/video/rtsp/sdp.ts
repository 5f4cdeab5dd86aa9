/** Session descriptions (RFC 4566) as cameras answer DESCRIBE: the first video and audio we can record. */
import type { AudioCodec, VideoCodec } from '../contract.ts';
import { AAC_RATES } from './aac.ts';

export interface AudioFormat {
  readonly codec: AudioCodec;
  readonly channels: number;
  /** AudioSpecificConfig, AAC only. */
  readonly config: Buffer | null;
  /** Bits of the AU header's fields (RFC 3640 §3.2.1). */
  readonly sizeBits: number;
  readonly indexBits: number;
}

export interface MediaDescription {
  readonly payloadType: number;
  readonly clockRate: number;
  /** `a=control`, unresolved; null if the camera gave none. */
  readonly control: string | null;
  /** Described as RTP/AVPF (RFC 4585). */
  readonly feedback?: true;
}

export interface VideoDescription extends MediaDescription {
  readonly codec: VideoCodec;
  /** Parameter sets of `sprop-…`, in the order given. */
  readonly parameterSets: readonly Buffer[];
  /** H.265: payloads hold decoding order numbers (RFC 7798 §7.1, sprop-max-don-diff, sprop-depack-buf-nalus). */
  readonly numbered: boolean;
  /** H.264: announced as packetization-mode 2 (RFC 6184 §6.4), whose packets cannot be recorded. */
  readonly interleaved?: true;
}

export interface AudioDescription extends MediaDescription, AudioFormat {}

export interface StreamDescription {
  readonly control: string | null;
  readonly video: VideoDescription | null;
  readonly audio: AudioDescription | null;
  /** What video the camera offered, for the error when none fits. */
  readonly offered: readonly string[];
  /** What sound the camera offered, recordable or not. */
  readonly offeredAudio: readonly string[];
  /** What the camera answered to SETUP of its sound, where it did not grant it. */
  readonly soundRefused?: string;
}

interface Section {
  readonly kind: string;
  readonly payloadTypes: readonly number[];
  /** SRTP (RFC 3711): its keys are not taken. */
  readonly secure: boolean;
  readonly feedback: boolean;
  readonly attributes: readonly string[];
}

/** Far more than any camera tells; each format is looked for in all lines of its track. */
const MOST_TEXT = 128 * 1024;
const MOST_FORMATS = 32;
/** Ticks per second that a file can hold and a picture may have. */
const MOST_VIDEO_RATE = 10_000_000;
const MOST_AUDIO_RATE = 1_000_000;
const MOST_CHANNELS = 8;

/** `text` as latin1: bytes come back in requests as they were, whatever they were meant to say. */
export function parseSdp(text: string): StreamDescription {
  const { sessionAttributes, sections } = splitSections(text.slice(0, MOST_TEXT));
  const videos = sections.filter((s) => s.kind === 'video');
  const sounds = sections.filter((s) => s.kind === 'audio' && !isBackchannel(s, videos));
  return {
    control: attribute(sessionAttributes, 'control'),
    video: firstOf(videos, videoOf),
    audio: firstOf(sounds, audioOf),
    offered: videos.flatMap(namesOf),
    offeredAudio: sounds.flatMap(namesOf),
  };
}

/**
 * A loudspeaker (ONVIF streaming §5.3), written as what the client may only send; nothing ever comes of it. Whoever
 * writes of its own side, as RFC 4566 §6 has it, says of its picture that it sends it.
 */
function isBackchannel(sound: Section, videos: readonly Section[]): boolean {
  const says = (section: Section, direction: string): boolean => section.attributes.some((line) => line.trim().toLowerCase() === direction);
  return says(sound, videos.some((video) => says(video, 'sendonly')) ? 'recvonly' : 'sendonly');
}

/** RFC 3551 §6: payload types that need no rtpmap and that cameras use. */
const STATIC_NAMES: Readonly<Record<number, string>> = { 0: 'PCMU', 3: 'GSM', 4: 'G723', 8: 'PCMA', 9: 'G722', 14: 'MPA', 18: 'G729', 26: 'JPEG', 32: 'MPV', 33: 'MP2T', 34: 'H263' };

const namesOf = (section: Section): string[] =>
  section.payloadTypes.map((pt) => `${rtpmap(section, pt)?.name ?? STATIC_NAMES[pt] ?? `payload type ${pt}`}${isEncrypted(section) ? ' encrypted by SRTP' : ''}`);

/** Some cameras write the name of SRTP where nothing is encrypted: then they tell no keys either. */
const isEncrypted = ({ secure, attributes }: Section): boolean => secure && attributes.some((line) => /^(?:crypto|key-mgmt|fingerprint)\s*:/i.test(line));

function splitSections(text: string): { sessionAttributes: string[]; sections: Section[] } {
  const sessionAttributes: string[] = [];
  const sections: (Section & { attributes: string[] })[] = [];
  for (const raw of text.split(/\r\n|\n|\r|\0/)) {
    const line = raw.trim();
    if (/^m\s*=/i.test(line)) {
      const [kind = '', , protocol = '', ...formats] = line.replace(/^m\s*=\s*/i, '').split(/\s+/);
      sections.push({ kind: kind.toLowerCase(), payloadTypes: formats.slice(0, MOST_FORMATS).map(Number).filter(Number.isInteger), secure: /\bSAVPF?\b/i.test(protocol), feedback: /\bAVPF\b/i.test(protocol), attributes: [] });
    } else if (/^a\s*=/i.test(line)) {
      (sections.at(-1)?.attributes ?? sessionAttributes).push(line.replace(/^a\s*=\s*/i, ''));
    }
  }
  return { sessionAttributes, sections };
}

const feedbackOf = ({ feedback }: Section): { readonly feedback?: true } => (feedback ? { feedback } : {});

function firstOf<T>(sections: readonly Section[], of: (section: Section, payloadType: number) => T | null): T | null {
  for (const section of sections.filter((one) => !isEncrypted(one)))
    for (const payloadType of section.payloadTypes) {
      const found = of(section, payloadType);
      if (found !== null) return found;
    }
  return null;
}

function videoOf(section: Section, payloadType: number): VideoDescription | null {
  const map = rtpmap(section, payloadType);
  const name = map?.name.toUpperCase();
  const codec = name === 'H264' ? 'h264' : name === 'H265' || name === 'HEVC' ? 'h265' : null;
  if (codec === null) return null;
  const fmtp = formatParameters(section, payloadType);
  const names = codec === 'h264' ? ['sprop-parameter-sets'] : ['sprop-vps', 'sprop-sps', 'sprop-pps'];
  const parameterSets = names
    .flatMap((key) => (fmtp.get(key) ?? '').split(','))
    .map((base64) => withoutStartCode(Buffer.from(base64.trim(), 'base64')))
    .filter((set) => set.length > 2);
  const numbered = codec === 'h265' && ['sprop-max-don-diff', 'sprop-depack-buf-nalus'].some((key) => Number(fmtp.get(key) ?? 0) > 0);
  const { clockRate = 0 } = map ?? {};
  return { codec, payloadType, clockRate: clockRate > 0 && clockRate <= MOST_VIDEO_RATE ? clockRate : 90_000, control: attribute(section.attributes, 'control'), parameterSets, numbered, ...feedbackOf(section), ...(codec === 'h264' && fmtp.get('packetization-mode') === '2' ? { interleaved: true as const } : {}) };
}

/** Some cameras describe their parameter sets as they lie in their files. */
function withoutStartCode(set: Buffer): Buffer {
  const zeros = set.findIndex((byte) => byte !== 0);
  return zeros >= 2 && set[zeros] === 1 ? set.subarray(zeros + 1) : set;
}

function audioOf(section: Section, payloadType: number): AudioDescription | null {
  const map = rtpmap(section, payloadType) ?? staticAudio(payloadType);
  const name = map?.name.toUpperCase();
  if (!map || !(map.clockRate > 0 && map.clockRate <= MOST_AUDIO_RATE) || map.channels > MOST_CHANNELS) return null;
  const common = { payloadType, clockRate: map.clockRate, channels: map.channels, control: attribute(section.attributes, 'control'), ...feedbackOf(section) };
  if (name === 'PCMU') return { ...common, codec: 'pcmu', config: null, sizeBits: 0, indexBits: 0 };
  if (name === 'PCMA') return { ...common, codec: 'pcma', config: null, sizeBits: 0, indexBits: 0 };
  if (name !== 'MPEG4-GENERIC') return null;
  const fmtp = formatParameters(section, payloadType);
  const told = Buffer.from(fmtp.get('config') ?? '', 'hex');
  const config = told.length < 2 ? usualConfig(map, fmtp.get('mode')) : told;
  if (config === null) return null;
  return {
    ...common,
    codec: 'aac',
    channels: ((config[1] as number) >> 3) & 15 || map.channels,
    config,
    sizeBits: bits(fmtp.get('sizelength'), 13),
    indexBits: bits(fmtp.get('indexlength'), 3),
  };
}

/** AudioSpecificConfig (ISO 14496-3 §1.6.2.1) of AAC-LC where a camera leaves it out; null where that would be a guess. */
function usualConfig({ clockRate, channels }: { readonly clockRate: number; readonly channels: number }, mode = 'AAC-hbr'): Buffer | null {
  const rate = AAC_RATES.indexOf(clockRate);
  if (rate < 0 || channels < 1 || channels > 6 || !/^AAC/i.test(mode)) return null;
  return Buffer.from([(2 << 3) | (rate >> 1), ((rate & 1) << 7) | (channels << 3)]);
}

function bits(text: string | undefined, otherwise: number): number {
  const value = Number.parseInt(text ?? '', 10);
  return value >= 0 && value <= 16 ? value : otherwise;
}

/** RFC 3551 §6: numbers that need no rtpmap. */
function staticAudio(payloadType: number): { name: string; clockRate: number; channels: number } | null {
  if (payloadType === 0) return { name: 'PCMU', clockRate: 8000, channels: 1 };
  if (payloadType === 8) return { name: 'PCMA', clockRate: 8000, channels: 1 };
  return null;
}

function rtpmap(section: Section, payloadType: number): { name: string; clockRate: number; channels: number } | null {
  for (const line of section.attributes) {
    const found = /^rtpmap\s*:\s*(\d+)\s+([^/\s]+)(?:\/(\d+))?(?:\/(\d+))?/i.exec(line);
    if (found && Number(found[1]) === payloadType)
      return { name: found[2] ?? '', clockRate: Number(found[3] ?? 0), channels: Math.max(1, Number(found[4] ?? 1)) };
  }
  return null;
}

function formatParameters(section: Section, payloadType: number): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of section.attributes) {
    const found = /^fmtp\s*:\s*(\d+)\s+(.*)$/i.exec(line);
    if (!found || Number(found[1]) !== payloadType) continue;
    for (const part of (found[2] ?? '').split(';')) {
      const equals = part.indexOf('=');
      if (equals > 0) values.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
    }
  }
  return values;
}

function attribute(lines: readonly string[], name: string): string | null {
  const prefix = `${name}:`;
  const line = lines.find((text) => text.toLowerCase().startsWith(prefix));
  return line === undefined ? null : line.slice(prefix.length).trim();
}
