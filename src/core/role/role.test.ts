import { describe, expect, it } from 'vitest';
import { advance, noAdvances } from '../detector/advances.ts';
import { activeDesk, cameras, Desk, seen } from '../testing/desk.ts';
import { mayBackUp, mayChangeCameras } from './duties.ts';
import { resume } from './resume.ts';
import type { RoleEffect } from './types.ts';

const silent = seen.failed('silent');
const crashed = seen.failed('crash loop');

function acts(effects: readonly RoleEffect[]): readonly string[] {
  return effects.flatMap((effect) => {
    if (effect.kind === 'take camera' || effect.kind === 'let camera go') return [`${effect.kind} ${effect.camera}`];
    if (effect.kind === 'release on recorder' || effect.kind === 'resume on recorder') return [`${effect.kind} ${effect.cameras.join(' ')}`];
    if (effect.kind === 'raise alarm') return [`+${effect.alarm}`];
    if (effect.kind === 'clear alarm') return [`-${effect.alarm}`];
    return [effect.kind];
  });
}

describe('before a take-over', () => {
  it('F1 F13 a failed server is taken over, cameras by priority (R02)', () => {
    const desk = new Desk({ detector: crashed }).look();
    expect(desk.kind).toBe('taking over');
    expect(acts(desk.taken())).toEqual(['persist', '+queued', 'persist', '-queued', 'take camera cam-a', 'take camera cam-b', 'take camera cam-s']);
  });

  it.each(['silent', 'never came back', 'not back from normal shutdown', 'recorder silent', 'not recording'] as const)('F2 asks the cameras before a take-over for "%s"', (reason) => {
    const desk = new Desk({ detector: seen.failed(reason) }).look();
    expect(desk.kind).toBe('held (asking cameras)');
    expect(acts(desk.taken())).toEqual(['persist', 'ask cameras']);
    expect(desk.send({ type: 'cameras answered', camera: 'cam-a' }).look().kind).toBe('taking over');
  });

  it.each(['not started', 'no keep-alive', 'not back from abnormal shutdown', 'crash loop'] as const)('F2 is sure of "%s" by the word of the agent', (reason) => {
    expect(new Desk({ detector: seen.failed(reason) }).look().kind).toBe('taking over');
  });

  it.each([
    [{ automaticTakeOver: false }, 'automatic take-over is off', '+take-over blocked'],
    [{ maintenance: true }, 'maintenance', '+take-over blocked'],
    [{ backup: { usable: false, why: 'never backed up' } }, 'no usable backup', '+no usable backup'],
    [{ backup: { usable: true, backupId: 'b', cameras: [] } }, 'no cameras', '+no usable backup'],
    [{ store: { trouble: 'not mounted' } }, 'store', '+store'],
  ] as const)('F3 F4 blocked, visibly, with an alarm: %o (I3)', (fields, blocked, alarm) => {
    const desk = new Desk({ detector: crashed, ...fields }).look();
    expect(desk.kind).toBe(`standby (${blocked})`);
    expect(acts(desk.taken())).toEqual(['persist', alarm]);
    expect(desk.look().taken()).toEqual([]);
    expect(desk.look({ detector: seen.alive }).kind).toBe('standby');
    expect(acts(desk.taken())).toEqual(['persist', alarm.replace('+', '-')]);
  });

  it('F4 the take-over follows by itself when its cause goes', () => {
    const desk = new Desk({ detector: crashed, backup: { usable: false, why: 'corrupt' } }).look();
    expect(desk.look({ backup: { usable: true, backupId: 'backup-0', cameras } }).kind).toBe('taking over');
  });

  it.each(['neverSeen', 'alive', 'back', 'suspect', 'connected', 'started', 'normalShutdown', 'abnormalShutdown'] as const)('F5 nothing happens to a server that is %s', (name) => {
    const desk = new Desk({ detector: seen[name] }).look();
    expect(desk.kind).toBe('standby');
    expect(desk.effects).toEqual([]);
  });

  it('F7 a storm holds; afterwards the cameras are asked (N10, N11)', () => {
    const desk = new Desk({ detector: silent, storm: true }).look();
    expect(desk.kind).toBe('held (many servers silent)');
    expect(acts(desk.taken())).not.toContain('ask cameras');
    expect(desk.send({ type: 'cameras answered', camera: 'cam-a' }).kind).toBe('held (many servers silent)');
    expect(desk.look({ storm: false }).kind).toBe('held (asking cameras)');
    expect(acts(desk.taken())).toContain('ask cameras');
    expect(desk.look({ storm: true }).kind).toBe('held (many servers silent)');
    expect(desk.look({ storm: false, detector: seen.alive }).kind).toBe('standby');
  });

  it('F8 F9 no camera answers: held with an alarm, asked again every 3 s (N09b)', () => {
    const desk = new Desk({ detector: silent }).look().send({ type: 'no camera answered' });
    expect(desk.kind).toBe('held (no camera answers)');
    expect(acts(desk.taken())).toEqual(['persist', 'ask cameras', 'persist', '+no camera answers']);
    expect(acts(desk.after(2900).taken())).toEqual([]);
    expect(acts(desk.after(100).taken())).toEqual(['ask cameras']);
    expect(acts(desk.after(3000).taken())).toEqual(['ask cameras']);
    const answers = (): Desk => desk.send({ type: 'cameras answered', camera: 'cam-b' });
    // Our own network is back: the server is listened for before anything is taken from it (found by N09b).
    expect(answers().kind).toBe('held (no camera answers)');
    expect(desk.after(9_000).send({ type: 'no camera answered' }).after(3_000).taken().every((effect) => effect.kind === 'ask cameras')).toBe(true);
    expect(answers().kind).toBe('held (no camera answers)');
    expect(desk.after(9_900) && answers().kind).toBe('held (no camera answers)');
    desk.taken();
    expect(desk.after(100) && answers().kind).toBe('taking over');
    expect(acts(desk.taken())).toEqual(['persist', '-no camera answers', 'take camera cam-a', 'take camera cam-b', 'take camera cam-s']);
  });

  it('F9 while no camera has answered for long enough, the server is listened for first (I2: our own network came back at the last moment)', () => {
    const answers = (fields = {}): Desk => desk.given(fields).send({ type: 'cameras answered', camera: 'cam-a' });
    let desk = new Desk({ detector: silent, heardOut: false }).look();
    expect(answers().kind).toBe('held (asking cameras)');
    desk.taken();
    // Asked every second while it is listened for.
    expect(acts(desk.after(900).taken())).toEqual([]);
    expect(acts(desk.after(100).taken())).toEqual(['ask cameras']);
    expect(answers({ heardOut: true }).kind).toBe('taking over');
    // It shows itself meanwhile.
    desk = new Desk({ detector: silent, heardOut: false }).look();
    expect(answers().look({ detector: seen.alive }).kind).toBe('standby');
    // Nobody asked from the suspicion on (it never came back after our restart): 10 s, as after F8.
    desk = new Desk({ detector: seen.failed('never came back'), heardOut: false }).look();
    expect(answers().after(9_900) && answers().kind).toBe('held (asking cameras)');
    expect(desk.after(100) && answers().kind).toBe('taking over');
  });

  it.each(['recorder silent', 'not recording'] as const)('F9 listens for nobody where the agent speaks: "%s"', (reason) => {
    const desk = new Desk({ detector: seen.failed(reason), heardOut: false }).look();
    expect(desk.send({ type: 'cameras answered', camera: 'cam-a' }).kind).toBe('taking over');
  });

  it('F10 F11 waits visibly for room, then doubts again (I8, M01)', () => {
    const none = { cameras: [], why: 'all in use' };
    const desk = new Desk({ detector: silent, room: none }).look().send({ type: 'cameras answered', camera: 'cam-a' }).look();
    expect(desk.state).toMatchObject({ kind: 'queued', why: 'all in use' });
    expect(acts(desk.taken())).toContain('+queued');
    expect(desk.look({ room: { cameras: ['cam-a'], why: 'one fits' } }).kind).toBe('held (asking cameras)');
    expect(acts(desk.taken())).toEqual(['persist', '-queued', 'ask cameras']);
    expect(desk.send({ type: 'cameras answered', camera: 'cam-a' }).stages()).toEqual({ 'cam-a': 'taking', 'cam-b': 'waiting', 'cam-s': 'waiting' });
  });

  it.each(['alive', 'back', 'suspect', 'connected', 'started', 'normalShutdown', 'abnormalShutdown'] as const)('F12 withdrawn before it begins if the server is %s again', (name) => {
    expect(new Desk({ detector: silent }).look().look({ detector: seen[name] }).kind).toBe('standby');
    const answered = new Desk({ detector: silent }).look().given({ detector: seen[name] }).send({ type: 'cameras answered', camera: 'cam-a' });
    expect(answered.kind).toBe('standby');
    expect(acts(answered.taken())).not.toContain('take camera cam-a');
    expect(new Desk({ detector: crashed, room: { cameras: [], why: 'full' } }).look().look({ detector: seen[name] }).kind).toBe('standby');
  });

  it('F12 withdrawn when a switch, a maintenance or the backup says so', () => {
    expect(new Desk({ detector: silent }).look().look({ automaticTakeOver: false }).kind).toBe('standby (automatic take-over is off)');
    expect(new Desk({ detector: silent }).look().look({ maintenance: true }).kind).toBe('standby (maintenance)');
    expect(new Desk({ detector: silent }).look().look({ backup: { usable: false, why: 'corrupt' } }).kind).toBe('standby (no usable backup)');
  });
});

/** Taken over by a person while its recorder is well: `cam-s` allows one session. */
function planned(): Desk {
  const desk = new Desk({ detector: seen.alive });
  desk.send({ type: 'take over pressed', request: 'r', by: 'Ada', typedName: 'Gate', forMaintenance: false }).look().recorded('cam-a', 'cam-b');
  desk.taken();
  return desk;
}

describe('during a take-over', () => {
  it('F25 a planned take-over gives a single-session camera back that does not open here within a minute', () => {
    const desk = planned();
    desk.after(59_000, { withoutFramesMs: { 'cam-s': 59_000 } });
    expect(desk.stages()['cam-s']).toBe('taking');
    desk.after(1000, { withoutFramesMs: { 'cam-s': 60_000 } });
    expect(acts(desk.taken())).toEqual(['persist', 'let camera go cam-s']);
    expect(acts(desk.letGo('cam-s').taken())).toEqual(['persist', 'resume on recorder cam-s']);
    expect(desk.look().kind).toBe('active');
    expect(desk.after(3_600_000, { withoutFramesMs: { 'cam-s': 3_660_000 } }).stages()).toEqual({ 'cam-a': 'recording', 'cam-b': 'recording', 'cam-s': 'returned' });
  });

  it('F25 the same for one that was recorded here and gives no frame any more; not while its recorder is down, or could have both', () => {
    const withoutFramesMs = { 'cam-a': 60_000, 'cam-s': 60_000 };
    expect(planned().recorded('cam-s').look({ withoutFramesMs }).stages()).toEqual({ 'cam-a': 'recording', 'cam-b': 'recording', 'cam-s': 'letting go' });
    expect(planned().recorded('cam-s').look({ withoutFramesMs, detector: seen.normalShutdown }).stages()['cam-s']).toBe('recording');
    expect(activeDesk().look({ withoutFramesMs, detector: seen.back }).stages()['cam-s']).toBe('recording');
  });

  it('F26 what was given back so is taken again when its recorder is lost', () => {
    const desk = planned().look({ withoutFramesMs: { 'cam-s': 60_000 } }).letGo('cam-s').look();
    expect(desk.look({ detector: seen.suspect }).stages()['cam-s']).toBe('returned');
    desk.taken();
    expect(acts(desk.look({ detector: seen.normalShutdown }).taken())).toEqual(['persist', 'take camera cam-s']);
    expect(desk.look({ detector: seen.failed('silent') }).stages()['cam-s']).toBe('taking');
  });

  it('F26 after a restart of ours its living recorder may show itself first', () => {
    const desk = planned().look({ withoutFramesMs: { 'cam-s': 60_000 } }).letGo('cam-s').look();
    desk.look({ detector: seen.neverSeen, atMs: 29_999 });
    expect(desk.stages()['cam-s']).toBe('returned');
    expect(desk.look({ atMs: 30_000 }).stages()['cam-s']).toBe('taking');
  });

  it('F20 F21 active with the first camera on disk; the others go on trying', () => {
    const desk = new Desk({ detector: crashed }).look();
    expect(desk.recorded('cam-b').kind).toBe('active');
    expect(desk.stages()).toEqual({ 'cam-a': 'taking', 'cam-b': 'recording', 'cam-s': 'taking' });
    desk.taken();
    expect(acts(desk.recorded('cam-b', 'nobody').taken())).toEqual([]);
  });

  it('F23 opens cameras that waited when room comes free (M05)', () => {
    const desk = new Desk({ detector: crashed, room: { cameras: ['cam-a'], why: 'full' } }).look().recorded('cam-a');
    desk.taken();
    expect(acts(desk.look({ room: { cameras: ['cam-a', 'cam-b'], why: 'full' } }).taken())).toEqual(['persist', 'take camera cam-b']);
  });

  it('F24 neither changes cameras nor backs up what it stands in for (I5)', () => {
    const desk = activeDesk();
    expect([mayChangeCameras(desk.state), mayBackUp(desk.state)]).toEqual([false, false]);
    expect([mayChangeCameras(new Desk().state), mayBackUp(new Desk().state)]).toEqual([true, true]);
  });

  it('F30 F32 restores automatically only a recovered server (R19)', () => {
    expect(activeDesk().look({ detector: seen.back }).kind).toBe('active');
    expect(activeDesk().look({ detector: seen.suspect }).kind).toBe('active');
    expect(activeDesk({ automaticRestore: false }).look({ detector: seen.alive }).kind).toBe('active');
    expect(activeDesk().look({ detector: seen.alive, maintenance: true }).kind).toBe('active');
    expect(activeDesk().look({ detector: seen.alive }).kind).toBe('restoring');
  });

  it('F31 a manual take-over is pinned until Reset', () => {
    const desk = new Desk({ detector: crashed, automaticTakeOver: false }).look();
    expect(desk.press('take over')).toBe('ok');
    desk.look().recorded('cam-a');
    expect(desk.look({ detector: seen.alive }).kind).toBe('active');
    expect(desk.press('reset')).toBe('ok');
    expect(desk.kind).toBe('restoring');
  });

  it('F31 one for a maintenance is pinned until its end (O03)', () => {
    const desk = new Desk({ maintenance: true });
    expect(desk.press('take over', null, true)).toBe('ok');
    expect(desk.look().recorded('cam-a').look().kind).toBe('active');
    expect(desk.look({ detector: seen.normalShutdown }).kind).toBe('active');
    expect(desk.look({ detector: seen.alive }).kind).toBe('active');
    expect(desk.look({ maintenance: false }).kind).toBe('restoring');
  });

  it('F31 a living recorder frees its single-session cameras first', () => {
    const desk = new Desk({ maintenance: true });
    desk.press('take over', null, true);
    expect(acts(desk.look().taken()).filter((act) => act.includes('cam-'))).toEqual(['release on recorder cam-s', 'take camera cam-a', 'take camera cam-b', 'take camera cam-s']);
  });
});

describe('restoring', () => {
  const restoring = (): Desk => {
    const desk = activeDesk().look({ detector: seen.alive, atMs: 1000 });
    desk.taken();
    return desk;
  };

  it('F40 lets a camera go only after the proof (I7)', () => {
    const desk = restoring().proves(['cam-a'], 1999);
    expect(desk.stages()['cam-a']).toBe('recording');
    expect(desk.proves(['cam-a'], 9999, null).stages()['cam-a']).toBe('recording');
    expect(desk.proves(['cam-a'], 999, 40).stages()['cam-a']).toBe('recording');
    desk.given({ detector: { ...desk.facts.detector, advances: advance(noAdvances, ['cam-a'], [1], -3000) } });
    desk.send({ type: 'progress', cameras: [{ id: 'cam-a', newestUs: 9e9, sinceUs: 0, gopMs: 2000 }] });
    expect(desk.stages()['cam-a']).toBe('recording');
    desk.send({ type: 'progress', cameras: [{ id: 'cam-a', newestUs: 9e9, sinceUs: null, gopMs: 2000 }] });
    expect(desk.stages()['cam-a']).toBe('recording');
    expect(acts(desk.taken())).toEqual([]);
    expect(desk.proves(['cam-a'], 2000).stages()['cam-a']).toBe('letting go');
    expect(acts(desk.taken())).toEqual(['persist', 'let camera go cam-a']);
  });

  it('F41 F42 F46 hands everything back, single sessions break-before-make, then stands by', () => {
    const desk = restoring();
    expect(desk.stages()['cam-s']).toBe('lent');
    desk.letGo('cam-s');
    expect(acts(desk.taken())).toEqual(['resume on recorder cam-s']);
    desk.proves(['cam-a', 'cam-b', 'cam-s']).letGo('cam-a', 'cam-b').look();
    expect(desk.kind).toBe('restoring');
    desk.letGo('cam-s').look();
    expect(desk.kind).toBe('standby');
    expect(acts(desk.taken()).at(-1)).toBe('take-over ended');
  });

  it('F33 lends single-session cameras to a recorder that failed because it records nothing, and could not while we hold them', () => {
    const single = [{ id: 'cam-1', priority: 1, singleSession: true }];
    const nothing = { detector: seen.failed('not recording') };
    const desk = new Desk({ ...nothing, backup: { usable: true, backupId: 'b', cameras: single }, room: { cameras: ['cam-1'], why: '' } }).look();
    desk.send({ type: 'cameras answered', camera: 'cam-1' }).recorded('cam-1').look();
    expect(desk.after(59_000).kind).toBe('active');
    expect(desk.after(1000).look().stages()).toEqual({ 'cam-1': 'lent' });
    desk.letGo('cam-1');
    // In vain: it comes back to us and is lent again later.
    expect(desk.after(30_000).stages()).toEqual({ 'cam-1': 'taking' });
    expect(desk.recorded('cam-1').after(60_000).look().stages()).toEqual({ 'cam-1': 'lent' });
    desk.letGo('cam-1').look({ detector: seen.back }).proves(['cam-1']).letGo('cam-1').look();
    expect(desk.kind).toBe('standby');
  });

  it('F33 F55 resets a server that a person took over and that cannot record because we hold its only sessions', () => {
    const single = [{ id: 'cam-1', priority: 1, singleSession: true }];
    const desk = new Desk({ detector: seen.alive, backup: { usable: true, backupId: 'b', cameras: single }, room: { cameras: ['cam-1'], why: '' } });
    desk.send({ type: 'take over pressed', request: 'r', by: 'Anna', typedName: 'Gate', forMaintenance: false }).look().recorded('cam-1').look({ detector: seen.failed('not recording') });
    expect(desk.after(120_000).kind).toBe('active');
    desk.send({ type: 'reset pressed', request: 'r2', by: 'Anna', typedName: null }).look();
    expect(desk.stages()).toEqual({ 'cam-1': 'lent' });
  });

  it('F47 lends a camera that goes on refusing its own recorder, though its settings allow two sessions', () => {
    const desk = new Desk({ detector: crashed, backup: { usable: true, backupId: 'b', cameras: [{ id: 'cam-1', priority: 1, singleSession: false }] }, room: { cameras: ['cam-1'], why: '' } })
      .look().recorded('cam-1').look({ detector: seen.alive });
    expect(desk.kind).toBe('restoring');
    const refuses = (): Desk => desk.send({ type: 'progress', cameras: [{ id: 'cam-1', newestUs: null, sinceUs: null, code: 'camera.refused' }] });
    // A minute: it may be the ghost of the session that died with the recorder.
    desk.after(60_000);
    expect(refuses().stages()).toEqual({ 'cam-1': 'recording' });
    desk.after(60_000);
    expect(refuses().look().stages()).toEqual({ 'cam-1': 'lent' });
    desk.letGo('cam-1').proves(['cam-1']).letGo('cam-1').look();
    expect(desk.kind).toBe('standby');
  });

  it('F47 F33 the same while all cameras refuse it, so that it counts as not recording', () => {
    const nothing = seen.failed('not recording');
    const desk = new Desk({ detector: crashed, backup: { usable: true, backupId: 'b', cameras: [{ id: 'cam-1', priority: 1, singleSession: false }] }, room: { cameras: ['cam-1'], why: '' } })
      .look().recorded('cam-1').look({ detector: nothing });
    desk.after(120_000);
    desk.send({ type: 'progress', cameras: [{ id: 'cam-1', newestUs: null, sinceUs: null, code: 'camera.refused' }] });
    expect(desk.look().stages()).toEqual({ 'cam-1': 'lent' });
  });

  it('F42 lends one camera at a time', () => {
    const singles = ['cam-1', 'cam-2'].map((id) => ({ id, priority: 1, singleSession: true }));
    const desk = new Desk({ detector: crashed, backup: { usable: true, backupId: 'b', cameras: singles }, room: { cameras: ['cam-1', 'cam-2'], why: '' } }).look().recorded('cam-1', 'cam-2');
    desk.look({ detector: seen.alive });
    expect(desk.stages()).toEqual({ 'cam-1': 'lent', 'cam-2': 'recording' });
    desk.letGo('cam-1').proves(['cam-1']).letGo('cam-1').look();
    expect(desk.stages()).toEqual({ 'cam-1': 'returned', 'cam-2': 'lent' });
  });

  it('F43 takes a lent camera back when no proof comes, and waits longer each time', () => {
    const desk = restoring().letGo('cam-s');
    desk.taken();
    expect(desk.after(29_000).stages()['cam-s']).toBe('lent');
    expect(desk.after(1000).stages()['cam-s']).toBe('taking');
    expect(acts(desk.taken())).toEqual(['persist', '+camera not brought back', 'release on recorder cam-s', 'take camera cam-s']);
    desk.recorded('cam-s');
    expect(desk.after(59_000).stages()['cam-s']).toBe('recording');
    expect(desk.after(1000).stages()['cam-s']).toBe('lent');
    expect(desk.after(30_000).recorded('cam-s').after(119_000).stages()['cam-s']).toBe('recording');
    expect(desk.after(1000).stages()['cam-s']).toBe('lent');
  });

  it('F44 keeps and names the cameras that the recorder does not bring back', () => {
    const desk = restoring().proves(['cam-a', 'cam-s']).letGo('cam-a', 'cam-s');
    desk.taken();
    expect(acts(desk.after(120_000).taken())).toEqual(['persist', '+camera not brought back']);
    expect(desk.kind).toBe('restoring');
    expect(desk.stages()['cam-b']).toBe('recording');
    expect(acts(desk.proves(['cam-b']).letGo('cam-b').look().taken())).toContain('-camera not brought back');
  });

  it('F48 gives a camera back that neither side records, so that the restore ends; not before two minutes', () => {
    const cameras = ['cam-1', 'cam-2'].map((id) => ({ id, priority: 1, singleSession: false }));
    const desk = new Desk({ detector: crashed, backup: { usable: true, backupId: 'b', cameras }, room: { cameras: ['cam-1', 'cam-2'], why: '' } }).look().recorded('cam-1').look({ detector: seen.alive });
    desk.proves(['cam-1']).letGo('cam-1');
    expect(desk.after(119_000).stages()).toEqual({ 'cam-1': 'returned', 'cam-2': 'taking' });
    desk.taken();
    expect(desk.after(1000).stages()).toEqual({ 'cam-1': 'returned', 'cam-2': 'letting go' });
    expect(acts(desk.taken())).toEqual(['persist', 'let camera go cam-2']);
    expect(desk.letGo('cam-2').look().kind).toBe('standby');
  });

  it('F48 gives a camera back that was recorded here and died for both sides; not before two minutes without a frame', () => {
    const cameras = ['cam-1', 'cam-2'].map((id) => ({ id, priority: 1, singleSession: false }));
    const desk = new Desk({ detector: crashed, backup: { usable: true, backupId: 'b', cameras }, room: { cameras: ['cam-1', 'cam-2'], why: '' } }).look().recorded('cam-1', 'cam-2').look({ detector: seen.alive });
    desk.proves(['cam-1']).letGo('cam-1');
    desk.after(120_000, { withoutFramesMs: { 'cam-2': 119_000 } });
    expect(desk.stages()).toEqual({ 'cam-1': 'returned', 'cam-2': 'recording' });
    desk.taken();
    desk.after(1000, { withoutFramesMs: { 'cam-2': 120_000 } });
    expect(acts(desk.taken())).toEqual(['persist', 'let camera go cam-2']);
    expect(desk.letGo('cam-2').look().kind).toBe('standby');
  });

  it('F48 gives a single-session camera back that is dead for both: lent in vain, and no frame of it here for two minutes', () => {
    const single = [{ id: 'cam-1', priority: 1, singleSession: true }];
    const desk = new Desk({ detector: crashed, backup: { usable: true, backupId: 'b', cameras: single }, room: { cameras: ['cam-1'], why: '' } }).look().recorded('cam-1').look({ detector: seen.alive });
    desk.letGo('cam-1').after(30_000);
    expect(desk.stages()).toEqual({ 'cam-1': 'taking' });
    // Lent again, in vain again: it may have been the ghost of a session.
    desk.after(60_000).letGo('cam-1').after(30_000, { withoutFramesMs: { 'cam-1': 119_000 } });
    expect(desk.stages()).toEqual({ 'cam-1': 'taking' });
    desk.after(1000, { withoutFramesMs: { 'cam-1': 120_000 } });
    expect(desk.stages()).toEqual({ 'cam-1': 'letting go' });
    desk.taken();
    expect(acts(desk.letGo('cam-1').taken())).toEqual(['persist', 'resume on recorder cam-1']);
    expect(desk.look().kind).toBe('standby');
  });

  it('F48 F44 keeps what is recorded here, and what is only suspected to be well', () => {
    const cameras = ['cam-1', 'cam-2'].map((id) => ({ id, priority: 1, singleSession: false }));
    const desk = new Desk({ detector: crashed, backup: { usable: true, backupId: 'b', cameras }, room: { cameras: ['cam-1', 'cam-2'], why: '' } }).look().recorded('cam-1').look({ detector: seen.alive });
    desk.look({ detector: seen.suspect });
    expect(desk.after(120_000).stages()).toEqual({ 'cam-1': 'recording', 'cam-2': 'taking' });
    desk.look({ detector: seen.alive });
    expect(desk.stages()).toEqual({ 'cam-1': 'recording', 'cam-2': 'letting go' });
    expect(desk.kind).toBe('restoring');
  });

  it.each(['abnormalShutdown', 'normalShutdown', 'connected', 'started', 'failed'] as const)('F45 takes everything back when the server is %s while restoring', (name) => {
    const desk = restoring().proves(['cam-a', 'cam-b']).letGo('cam-a');
    desk.taken();
    desk.look({ detector: name === 'failed' ? silent : seen[name] });
    expect(desk.kind).toBe('active');
    expect(desk.stages()).toEqual({ 'cam-a': 'taking', 'cam-b': 'taking', 'cam-s': 'taking' });
    expect(acts(desk.taken())).toEqual(['persist', 'take camera cam-a', 'take camera cam-b', 'take camera cam-s']);
  });

  it('F45 after a restart of ours a living server may show itself before anything is taken back', () => {
    const desk = restoring().proves(['cam-a']).letGo('cam-a');
    desk.state = resume(desk.state, 0).state;
    expect(desk.look({ detector: seen.neverSeen, atMs: 29_999 }).kind).toBe('restoring');
    expect(desk.look({ detector: seen.back }).kind).toBe('restoring');
    expect(desk.look({ detector: seen.neverSeen, atMs: 30_000 }).kind).toBe('active');
  });

  it('F45 mere suspicion takes nothing back, and lets nothing go', () => {
    const desk = restoring().look({ detector: seen.suspect });
    expect(desk.proves(['cam-a']).kind).toBe('restoring');
    expect(desk.stages()['cam-a']).toBe('recording');
  });
});

describe('what people ask for', () => {
  it('F50 takes over an offline server at once, another one only with its name typed', () => {
    for (const detector of [crashed, seen.normalShutdown, seen.abnormalShutdown, seen.neverSeen]) expect(new Desk({ detector }).press('take over')).toBe('ok');
    for (const detector of [seen.alive, seen.suspect, seen.connected, seen.started, seen.back]) {
      expect(new Desk({ detector }).press('take over')).toBe('role.server-alive');
      expect(new Desk({ detector }).press('take over', 'gate')).toBe('role.confirm');
      expect(new Desk({ detector }).press('take over', 'Gate')).toBe('ok');
    }
    expect(new Desk().press('take over', null, true)).toBe('role.server-alive');
  });

  it('F51 two presses, one operation (O01)', () => {
    const desk = new Desk({ detector: crashed, automaticTakeOver: false, room: { cameras: [], why: 'full' } });
    expect([desk.press('take over'), desk.press('take over')]).toEqual(['ok', 'role.already-running']);
    expect(activeDesk().press('take over')).toBe('role.already-running');
  });

  it('F52 stops recording with the name typed, in order, and does not begin again by itself', () => {
    const desk = activeDesk();
    expect(desk.press('stop')).toBe('role.confirm');
    expect(desk.press('stop', 'Gate')).toBe('ok');
    expect(desk.press('stop', 'Gate')).toBe('role.already-running');
    expect(acts(desk.taken()).filter((act) => act.includes('cam-'))).toEqual(['let camera go cam-a', 'let camera go cam-b', 'let camera go cam-s']);
    expect(desk.letGo('cam-a', 'cam-b').look().kind).toBe('stopping');
    expect(desk.letGo('cam-s').look().kind).toBe('standby (stopped by a person)');
    expect(acts(desk.taken())).toContain('take-over ended');
    expect(desk.look({ detector: seen.connected }).look({ detector: silent }).kind).toBe('standby (stopped by a person)');
    expect(desk.look({ detector: seen.back }).look({ detector: crashed }).kind).toBe('taking over');
    expect(new Desk().press('stop', 'Gate')).toBe('role.not-taken-over');
  });

  it('F53 no backup, no store, no take-over, not even by hand (I3)', () => {
    expect(new Desk({ detector: crashed, backup: { usable: false, why: 'none' } }).press('take over')).toBe('role.no-backup');
    expect(new Desk({ detector: crashed, store: { trouble: 'not mounted' } }).press('take over')).toBe('store.missing');
  });

  it('F54 taking over while restoring takes the restore back, pinned', () => {
    const desk = activeDesk().look({ detector: seen.alive }).proves(['cam-a', 'cam-b']).letGo('cam-a', 'cam-b');
    expect(desk.press('take over')).toBe('role.server-alive');
    expect(desk.press('take over', 'Gate')).toBe('ok');
    expect(desk.state).toMatchObject({ kind: 'active', takeOver: { pinned: 'by hand' } });
    expect(desk.stages()['cam-a']).toBe('taking');
    expect(desk.look().kind).toBe('active');
  });

  it('F55 refuses Reset while the server is down, and when it is not taken over', () => {
    for (const detector of [crashed, silent, seen.connected, seen.started, seen.normalShutdown, seen.abnormalShutdown, seen.suspect]) expect(activeDesk({ detector: crashed }).given({ detector }).press('reset')).toBe('role.server-offline');
    expect(activeDesk().given({ detector: seen.back }).press('reset')).toBe('ok');
    expect(new Desk().press('reset')).toBe('role.not-taken-over');
    expect(activeDesk().look({ detector: seen.alive }).press('reset')).toBe('role.already-running');
  });

  it('F56 a server removed while taken over stops in order, then it is forgotten (O09)', () => {
    const desk = activeDesk();
    expect(desk.press('remove')).toBe('role.confirm');
    expect(desk.press('remove', 'Gate')).toBe('ok');
    expect(desk.kind).toBe('stopping');
    expect(acts(desk.taken())).not.toContain('forget server');
    expect(desk.letGo('cam-a', 'cam-b', 'cam-s').look().kind).toBe('removed');
    expect(acts(desk.taken()).slice(-2)).toEqual(['take-over ended', 'forget server']);
    expect(new Desk().press('remove')).toBe('ok');
  });

  it('F57 a wish not begun is stopped without a name', () => {
    const held = new Desk({ detector: silent }).look();
    expect(held.press('stop')).toBe('ok');
    expect(held.look().kind).toBe('standby (stopped by a person)');
  });
});

describe('restart of the failover server', () => {
  it('F70 goes on with a take-over (S10–S18)', () => {
    const desk = new Desk({ detector: crashed }).look().recorded('cam-a');
    const again = resume(desk.state, 7);
    expect(acts(again.effects)).toEqual(['take camera cam-a', 'take camera cam-b', 'take camera cam-s']);
    expect(again.state).toMatchObject({ kind: 'active', sinceMs: 7 });
  });

  it('F70 goes on with a restore and with a stop (S19–S26)', () => {
    const desk = activeDesk().look({ detector: seen.alive }).proves(['cam-b']);
    const again = resume(desk.state, 7);
    expect(acts(again.effects)).toEqual(['take camera cam-a', 'let camera go cam-b', 'let camera go cam-s']);
    expect(again.state).toMatchObject({ kind: 'restoring', takeOver: { cameras: [{}, {}, { stage: 'lent', untilMs: 30_007 }] } });
    const stopping = activeDesk();
    stopping.press('stop', 'Gate');
    expect(acts(resume(stopping.state, 7).effects)).toEqual(['let camera go cam-a', 'let camera go cam-b', 'let camera go cam-s']);
    const removed = new Desk();
    removed.press('remove');
    expect(acts(resume(removed.state, 7).effects)).toEqual(['forget server']);
    expect(resume(new Desk().state, 7).effects).toEqual([]);
  });

  it('F71 keeps a wish, listens first, then asks anew, though it knows nothing of the server yet', () => {
    const held = new Desk({ detector: silent }).look();
    held.taken();
    held.state = resume(held.state, 0).state;
    expect(held.look({ detector: seen.neverSeen, atMs: 29_999 }).taken()).toEqual([]);
    expect(held.send({ type: 'cameras answered', camera: 'cam-a' }).kind).toBe('held (asking cameras)');
    expect(acts(held.after(1).taken())).toEqual(['ask cameras']);
    expect(held.send({ type: 'cameras answered', camera: 'cam-a' }).kind).toBe('taking over');
    const queued = new Desk({ detector: silent, room: { cameras: [], why: 'full' } }).look().send({ type: 'cameras answered', camera: 'cam-a' });
    // Alarms live in memory: a queue that nobody sees is none (I8).
    const resumed = resume(queued.state, 0);
    expect(resumed.effects).toEqual([{ kind: 'raise alarm', serverId: queued.state.serverId, alarm: 'queued', text: 'The server waits to be taken over: full' }]);
    queued.state = resumed.state;
    expect(queued.look({ detector: seen.neverSeen }).kind).toBe('queued');
    expect(queued.look({ room: { cameras: ['cam-a'], why: '' } }).kind).toBe('queued');
    expect(queued.after(30_000).kind).toBe('held (asking cameras)');
  });
});
