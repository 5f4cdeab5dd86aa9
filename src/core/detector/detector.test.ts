import { describe, expect, it } from 'vitest';
import { aliveWatch, minute, second, settingsWith, Watch } from '../testing/watch.ts';
import { isRecovered } from './questions.ts';
import { memoryOf } from './start.ts';
import type { DetectorEffect } from './types.ts';

const seen = { seenAlive: true, instance: 'instance-1' };
const kinds = (effects: readonly DetectorEffect[]): readonly string[] => effects.map((effect) => effect.kind);
const alarms = (effects: readonly DetectorEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === 'raise alarm' ? [`+${effect.alarm}`] : effect.kind === 'clear alarm' ? [`-${effect.alarm}`] : []));

describe('what the agent says', () => {
  it('D1 ignores doubled, reordered and foreign life signs (R16)', () => {
    const watch = aliveWatch();
    const before = watch.state;
    const old = { atMs: watch.atMs, boot: watch.boot, agentBoot: watch.agentBoot, seq: watch.seq };
    watch.send({ type: 'normal shutdown', ...old, reason: 'twice' });
    watch.send({ type: 'normal shutdown', ...old, seq: 1, reason: 'late' });
    watch.send({ type: 'normal shutdown', ...old, seq: 99, agentBoot: 'agent-0', reason: 'older boot' });
    watch.send({ type: 'startup', ...old, seq: 99, agentBoot: 'agent-9', boot: 'boot-9' });
    expect(watch.state).toEqual(before);
    expect(watch.effects).toEqual([]);
  });

  it('D2 refuses a second machine with this identity, whatever it says (R17)', () => {
    const watch = aliveWatch();
    const before = watch.state;
    watch.agentBoot = 'agent-x';
    watch.welcome('stopped by error', 'instance-2');
    expect(kinds(watch.taken())).toEqual(['refuse connection', 'raise alarm', 'audit']);
    expect(watch.state).toEqual({ ...before, twiceMs: watch.atMs });
    watch.agentBoot = 'agent-1';
    watch.beats(11 * minute);
    expect(alarms(watch.taken())).toEqual(['-identity twice']);
  });

  it('D2 refuses an agent run that was superseded: a cloned disk', () => {
    const watch = aliveWatch();
    watch.newAgent().welcome().keepAlive();
    watch.taken();
    watch.agentBoot = 'agent-1';
    watch.welcome();
    expect(kinds(watch.taken())).toContain('refuse connection');
    expect(watch.state.agentBoot).toBe('agent-2');
  });

  it('D2 takes a superseded agent run back once the newer one has fallen silent: the copy is gone', () => {
    const watch = aliveWatch();
    watch.newAgent().welcome().keepAlive();
    watch.silence(3 * second);
    watch.taken();
    watch.agentBoot = 'agent-1';
    watch.welcome().keepAlive();
    expect(kinds(watch.taken())).not.toContain('refuse connection');
    expect(watch.state).toMatchObject({ kind: 'alive', agentBoot: 'agent-1' });
    watch.agentBoot = 'agent-2';
    watch.welcome();
    expect(kinds(watch.taken())).toContain('refuse connection');
  });

  it.each([
    ['starting', 'connected'],
    ['running', 'started'],
    ['stopped normally', 'normal shutdown'],
    ['stopped by error', 'abnormal shutdown'],
    ['unknown', 'connected'],
  ] as const)('D3 believes a first welcome that says %s', (phase, kind) => {
    expect(new Watch().welcome(phase).kind).toBe(kind);
  });

  it('D3 re-arms nothing for what it knows already', () => {
    const watch = new Watch().welcome('starting').silence(4 * minute).cut().welcome('starting').silence(59 * second);
    expect(watch.kind).toBe('connected');
    expect(watch.silence(second).kind).toBe('failed (not started)');
    expect(watch.welcome('starting').kind).toBe('failed (not started)');
  });

  it('D3 learns a missed notice of shutdown from the welcome (R09)', () => {
    const watch = aliveWatch().cut().silence(10 * second).welcome('stopped normally');
    expect(watch.kind).toBe('normal shutdown');
    expect(watch.silence(10 * minute).kind).toBe('normal shutdown');
  });

  it('D4 D5 goes from connection to life by startup message and keep-alive message', () => {
    const watch = new Watch().welcome('starting');
    expect(watch.kind).toBe('connected');
    expect(watch.startup().kind).toBe('started');
    expect(watch.keepAlive().kind).toBe('alive');
    expect(watch.startup().kind).toBe('alive');
  });

  it('D6 a normal shutdown cancels the keep-alive timer (I4, R07), trickling beats or not', () => {
    const watch = aliveWatch().normalShutdown();
    watch.beats(10 * second).cut().silence(14 * minute);
    expect(watch.kind).toBe('normal shutdown');
    expect(watch.reboot().welcome('starting').startup().keepAlive().kind).toBe('alive');
    expect(kinds(watch.taken())).not.toContain('failed');
  });

  it('D7 an exit with an error has five minutes (R01, R02)', () => {
    const watch = aliveWatch().abnormalShutdown();
    expect(watch.beats(299 * second, 'stopped by error').kind).toBe('abnormal shutdown');
    expect(watch.beats(2 * second, 'stopped by error').kind).toBe('failed (not back from abnormal shutdown)');
    const back = aliveWatch().abnormalShutdown().beats(3 * second, 'stopped by error').newBoot().startup().keepAlive();
    expect(back.kind).toBe('alive');
    expect(kinds(back.taken())).not.toContain('failed');
  });

  it('D7 an error exit of a run that was shut down on purpose stays a normal shutdown', () => {
    expect(aliveWatch().normalShutdown().abnormalShutdown().kind).toBe('normal shutdown');
    expect(aliveWatch().normalShutdown().keepAlive('stopped by error').kind).toBe('normal shutdown');
  });

  it('D8 an agent without a running recorder proves nothing (R05)', () => {
    const frozen = aliveWatch().beats(29 * second, 'running', 6000);
    expect(frozen.kind).toBe('suspect');
    expect(frozen.beats(2 * second, 'running', 35_000).kind).toBe('failed (recorder silent)');
    expect(aliveWatch().beats(31 * second, 'unknown').kind).toBe('failed (recorder silent)');
    expect(aliveWatch().keepAlive('starting').kind).toBe('connected');
    expect(aliveWatch().keepAlive('stopped by error').kind).toBe('abnormal shutdown');
    expect(aliveWatch().keepAlive('stopped normally').kind).toBe('normal shutdown');
  });

  it('D8 a frozen recorder that goes on in time is alive (R04)', () => {
    const watch = aliveWatch().beats(25 * second, 'running', 6000).beats(2 * second);
    expect(watch.kind).toBe('alive');
    expect(watch.state.outage).toBeNull();
  });

  it('D9 an agent that ends on purpose has the time of a normal shutdown; an unannounced end is judged by keep-alive (R20)', () => {
    const announced = aliveWatch().agentExit(true).cut();
    expect(announced.silence(14 * minute).kind).toBe('suspect');
    expect(announced.newAgent().welcome().keepAlive().kind).toBe('alive');
    expect(aliveWatch().agentExit(true).silence(16 * minute).kind).toBe('failed (not back from normal shutdown)');
    expect(aliveWatch().agentExit(false).kind).toBe('normal shutdown');
    const killed = aliveWatch().cut().silence(20 * second);
    expect(killed.kind).toBe('suspect');
    expect(killed.newAgent().welcome().keepAlive().beats(second).kind).toBe('alive');
    expect(killed.state.outage).toBeNull();
  });

  it('D10 losing the connection only raises suspicion (N14)', () => {
    const watch = aliveWatch().cut();
    expect(watch.kind).toBe('suspect');
    expect(watch.silence(20 * second).welcome().keepAlive().kind).toBe('alive');
    expect(watch.state.outage).toBeNull();
  });
});

describe('what time does', () => {
  it('D11 D12 fails who connects but never starts, or starts but never beats (R10)', () => {
    expect(new Watch().welcome('starting').silence(5 * minute).kind).toBe('failed (not started)');
    expect(new Watch().welcome('running').silence(5 * minute).kind).toBe('failed (no keep-alive)');
    expect(new Watch().welcome('running').silence(5 * minute - 250).kind).toBe('started');
  });

  it('D13 D14 suspects after two missing beats and fails at the keep-alive time-out (R03)', () => {
    const watch = aliveWatch();
    expect(watch.silence(2 * second).kind).toBe('alive');
    expect(watch.silence(second).kind).toBe('suspect');
    expect(watch.silence(26_750).kind).toBe('suspect');
    expect(watch.silence(250).kind).toBe('failed (silent)');
    expect(alarms(watch.taken())).toEqual(['+failed']);
  });

  it('D15 fails at the normal-shutdown time-out (R08), not earlier', () => {
    const watch = aliveWatch().normalShutdown();
    expect(watch.silence(15 * minute - 250).kind).toBe('normal shutdown');
    expect(watch.silence(250).kind).toBe('failed (not back from normal shutdown)');
  });

  it('D16 a shutdown that is not carried out leads back to alive', () => {
    const watch = aliveWatch().normalShutdown().beats(15 * minute);
    watch.beats(second);
    expect(watch.kind).toBe('alive');
    expect(kinds(watch.taken())).not.toContain('failed');
  });

  it('D17 D18 an abnormal shutdown whose agent falls silent is judged by keep-alive', () => {
    const watch = aliveWatch().abnormalShutdown().beats(2 * minute, 'stopped by error').silence(29 * second);
    expect(watch.kind).toBe('abnormal shutdown');
    expect(watch.silence(second).kind).toBe('failed (silent)');
  });

  it('D19 a failed server comes back by its recorder, not by its agent', () => {
    const watch = aliveWatch().silence(31 * second);
    expect(watch.welcome('running').kind).toBe('failed (silent)');
    expect(watch.keepAlive('unknown').kind).toBe('failed (silent)');
    expect(watch.keepAlive().kind).toBe('alive');
    expect(alarms(watch.taken())).toEqual(['+failed', '-failed']);
    expect(aliveWatch().silence(31 * second).reboot().welcome('starting').kind).toBe('connected');
  });

  it('D19 a notice of shutdown is worth more than a conclusion from silence, while its time-out runs', () => {
    expect(aliveWatch().silence(31 * second).welcome('stopped normally').kind).toBe('normal shutdown');
    expect(aliveWatch().silence(31 * second).welcome('stopped by error').kind).toBe('abnormal shutdown');
    expect(aliveWatch().silence(6 * minute).welcome('stopped by error').kind).toBe('failed (silent)');
    const crashed = aliveWatch().abnormalShutdown().beats(5 * minute, 'stopped by error');
    expect(crashed.normalShutdown().kind).toBe('failed (not back from abnormal shutdown)');
  });
});

describe('outage, crash loop, hold-down', () => {
  it('D20 an outage begins with the last sign of life; suspicion is none', () => {
    const watch = aliveWatch();
    const lastMs = watch.atMs;
    expect(watch.silence(10 * second).state.outage).toBeNull();
    expect(watch.silence(21 * second).state.outage?.sinceMs).toBe(lastMs);
    expect(watch.keepAlive().state.outage?.sinceMs).toBe(lastMs);
    watch.taken();
    watch.beats(61 * second);
    expect(watch.taken()).toContainEqual({ kind: 'recovered', serverId: 'server', outageSinceMs: lastMs, atMs: watch.atMs - 750 });
  });

  it('D21 shutting down again does not re-arm the normal-shutdown time-out', () => {
    const watch = aliveWatch().normalShutdown().silence(8 * minute);
    watch.reboot().welcome('starting').startup().keepAlive().beats(20 * second).normalShutdown();
    expect(watch.silence(6 * minute).kind).toBe('normal shutdown');
    expect(watch.silence(minute).kind).toBe('failed (not back from normal shutdown)');
  });

  it('D21 a server found running after our restart has the whole time-out for a shutdown (simulated days, seed 9003)', () => {
    const settings = settingsWith({ holdDown: 20 * minute });
    const watch = new Watch({ memory: seen, settings }).welcome('running').keepAlive().beats(16 * minute).normalShutdown();
    expect(watch.silence(14 * minute).kind).toBe('normal shutdown');
    expect(watch.silence(minute).kind).toBe('failed (not back from normal shutdown)');
  });

  it('D21 so has one that came back late after it, having failed meanwhile (simulated days, seed 800271)', () => {
    const watch = new Watch({ memory: seen }).silence(16 * minute);
    expect(watch.kind).toBe('failed (never came back)');
    watch.newBoot().welcome('running').startup().normalShutdown();
    expect(watch.silence(14 * minute).kind).toBe('normal shutdown');
    expect(watch.silence(minute).kind).toBe('failed (not back from normal shutdown)');
  });

  it('D21 so has one that is found shut down when it can first be reached after it (simulated days, seed 52689)', () => {
    const watch = new Watch({ memory: seen }).silence(10 * minute).welcome('stopped normally');
    expect(watch.silence(14 * minute).kind).toBe('normal shutdown');
    expect(watch.silence(minute).kind).toBe('failed (not back from normal shutdown)');
  });

  it('D21 a hold-down that flaps made longer does not count against a later shutdown (simulated days, seed 20043)', () => {
    const watch = aliveWatch();
    for (let flap = 0; flap < 5; flap += 1) watch.abnormalShutdown().newBoot().startup().keepAlive().beats(second);
    watch.normalShutdown().silence(2 * minute).reboot().welcome('starting').startup().keepAlive().beats(16 * minute);
    expect(watch.state.outage).not.toBeNull();
    expect(watch.normalShutdown().silence(14 * minute).kind).toBe('normal shutdown');
    expect(watch.silence(minute).kind).toBe('failed (not back from normal shutdown)');
  });

  it('D22 a crash loop fails once the outage is longer than an abnormal shutdown may be (R12)', () => {
    const watch = aliveWatch();
    const fromMs = watch.atMs;
    const failed = (): boolean => watch.effects.some((effect) => effect.kind === 'failed' && effect.reason === 'crash loop');
    while (!failed() && watch.atMs - fromMs < 10 * minute)
      watch.abnormalShutdown().beats(10 * second, 'stopped by error').newBoot().startup().silence(5 * second).keepAlive().beats(15 * second);
    expect(failed()).toBe(true);
    expect(watch.atMs - fromMs).toBeLessThan(5 * minute + 40 * second);
  });

  it('D22 new boots out of nowhere are losses, too', () => {
    const watch = aliveWatch();
    for (let boot = 0; boot < 12; boot += 1) watch.silence(10 * second).reboot().welcome('starting').silence(20 * second);
    expect(watch.kind).toBe('failed (crash loop)');
  });

  it('D23 announced absence is forgiven', () => {
    const watch = aliveWatch().normalShutdown().silence(10 * minute).reboot().welcome('starting').startup().silence(10 * second).keepAlive();
    watch.abnormalShutdown().beats(10 * second, 'stopped by error').newBoot().startup().silence(10 * second).keepAlive().abnormalShutdown();
    expect(watch.state.outage?.losses).toBe(2);
    expect(watch.beats(4 * minute, 'stopped by error').kind).toBe('abnormal shutdown');
  });

  it('D24 each flap doubles the hold-down, up to an hour (R19)', () => {
    const watch = aliveWatch();
    const holds: number[] = [];
    for (let flap = 0; flap < 9; flap += 1) {
      watch.abnormalShutdown().beats(3 * second, 'stopped by error').newBoot().startup().keepAlive();
      const fromMs = watch.atMs;
      while (!isRecovered(watch.state)) watch.beats(second).tick();
      holds.push((watch.atMs - fromMs) / second);
    }
    expect(holds).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    watch.beats(61 * minute).abnormalShutdown().newBoot().startup().keepAlive();
    expect(watch.state.flaps).toBe(0);
  });

  it('D24 neither our own restart nor an announced absence is a flap', () => {
    const restarted = new Watch({ memory: seen }).alive().beats(5 * second).silence(31 * second).keepAlive();
    expect(restarted.state.flaps).toBe(0);
    const updated = aliveWatch().normalShutdown().reboot().welcome('starting').startup().keepAlive().beats(70 * second).normalShutdown().reboot().welcome('starting').startup().keepAlive();
    expect(updated.state.flaps).toBe(0);
  });

  it('D24 back for 20 s and gone again, six times, never recovers', () => {
    const watch = aliveWatch().silence(31 * second);
    for (let times = 0; times < 6; times += 1) watch.reboot().welcome('starting').startup().keepAlive().beats(20 * second).cut().silence(31 * second);
    expect(kinds(watch.taken())).not.toContain('recovered');
    expect(watch.state.flaps).toBe(6);
  });

  it('D22 a silence that the same run outlives is no part of a crash loop (found by the simulated days, seed 21009)', () => {
    const watch = aliveWatch().silence(6 * minute);
    expect(watch.kind).toBe('failed (silent)');
    watch.welcome('running').keepAlive().beats(4 * second).abnormalShutdown();
    expect(watch.state.flaps).toBe(1);
    expect(watch.beats(4 * minute + 50 * second, 'stopped by error').kind).toBe('abnormal shutdown');
    expect(watch.beats(10 * second, 'stopped by error').kind).toBe('failed (not back from abnormal shutdown)');
  });

  it('D22 recording nothing and then recording again is no part of a crash loop, a crash within it is (found by the simulated days, seed 23479)', () => {
    const gray = (): Watch => {
      const watch = aliveWatch();
      watch.cameras.forEach((id) => watch.frozen.add(id));
      watch.beats(6 * minute);
      expect(watch.kind).toBe('failed (not recording)');
      return watch;
    };
    const once = gray();
    once.frozen.clear();
    expect(once.beats(4 * second).abnormalShutdown().beats(10 * second, 'stopped by error').kind).toBe('abnormal shutdown');
    const twice = gray();
    twice.abnormalShutdown().newBoot().startup().keepAlive().beats(4 * second).abnormalShutdown();
    expect(twice.beats(10 * second, 'stopped by error').kind).toBe('failed (crash loop)');
  });

  it('D25 suspicion interrupts the hold-down', () => {
    const watch = aliveWatch().silence(31 * second).keepAlive().beats(50 * second).silence(4 * second).keepAlive().beats(50 * second);
    expect(isRecovered(watch.state)).toBe(false);
    expect(isRecovered(watch.beats(11 * second).state)).toBe(true);
  });

  it('D26 a server seen before must come back within the normal-shutdown time-out (R11b, S39)', () => {
    const watch = new Watch({ memory: seen });
    expect(watch.silence(14 * minute).kind).toBe('never seen');
    expect(watch.silence(minute).kind).toBe('failed (never came back)');
    expect(new Watch({ memory: seen }).silence(14 * minute).reboot().welcome('starting').kind).toBe('connected');
  });

  it('D27 a stranger only warns (R11)', () => {
    const watch = new Watch().silence(60 * minute);
    expect(watch.kind).toBe('never seen');
    expect(alarms(watch.taken())).toEqual(['+never seen']);
    expect(alarms(watch.welcome().taken())).toEqual(['-never seen']);
  });

  it('D28 a re-arm lets nothing fire before a whole keep-alive time-out of watching (S29, S31)', () => {
    const alive = aliveWatch().skip(10 * minute).reArm(10 * minute);
    expect(alive.tick().kind).toBe('alive');
    expect(alive.silence(29 * second).kind).toBe('suspect');
    expect(alive.silence(second).kind).toBe('failed (silent)');
    const down = aliveWatch().abnormalShutdown().skip(10 * minute).reArm(10 * minute);
    expect(down.beats(4 * minute + 50 * second, 'stopped by error').kind).toBe('abnormal shutdown');
    const suspended = aliveWatch().normalShutdown().silence(14 * minute + 50 * second).reArm(0).silence(25 * second);
    expect(suspended.kind).toBe('normal shutdown');
  });

  it('D28 lost time counts neither for the crash loop nor for the hold-down', () => {
    const watch = aliveWatch().silence(31 * second).keepAlive().beats(30 * second).skip(10 * minute).reArm(10 * minute).keepAlive();
    expect(isRecovered(watch.beats(20 * second).state)).toBe(false);
    const crashing = aliveWatch().abnormalShutdown().newBoot().startup().abnormalShutdown().skip(10 * minute).reArm(10 * minute);
    expect(crashing.beats(20 * second, 'stopped by error').kind).toBe('abnormal shutdown');
  });

  it('D29 remembers that it was alive and who it is', () => {
    const watch = new Watch().welcome();
    expect(watch.taken()).toContainEqual({ kind: 'remember', serverId: 'server', memory: { seenAlive: false, instance: 'instance-1' } });
    watch.keepAlive();
    expect(watch.taken()).toContainEqual({ kind: 'remember', serverId: 'server', memory: seen });
    expect(memoryOf(watch.state)).toEqual(seen);
    expect(kinds(watch.beats(5 * second).taken())).not.toContain('remember');
  });
});

describe('alive but not recording', () => {
  it('D30 D31 names the cameras whose newest frame stands still (R14)', () => {
    const watch = aliveWatch();
    watch.frozen.add('cam-2');
    expect(watch.beats(5 * second).state.gray).toBeNull();
    expect(watch.beats(second).state.gray).toMatchObject({ cameras: ['cam-2'], all: false });
    expect(watch.beats(10 * minute).kind).toBe('alive');
    expect(alarms(watch.taken())).toEqual(['+camera not recorded']);
    watch.frozen.clear();
    expect(watch.beats(second).state.gray).toBeNull();
    const effects = watch.taken();
    expect(alarms(effects)).toEqual(['-camera not recorded']);
    expect(kinds(effects)).toContain('audit');
  });

  it('D30 does not take the silence of the link for a standing camera', () => {
    const watch = aliveWatch().silence(20 * second).keepAlive();
    expect(watch.state.gray).toBeNull();
  });

  it('D32 a new run of the recorder starts with nothing known', () => {
    const watch = aliveWatch();
    watch.cameras.forEach((id) => watch.frozen.add(id));
    watch.beats(7 * second);
    expect(watch.state.gray?.all).toBe(true);
    watch.abnormalShutdown().newBoot().startup().keepAlive();
    expect(watch.state.gray).toBeNull();
    expect(alarms(watch.taken())).toEqual(['+server not recording', '-server not recording']);
  });

  it('D33 no camera recorded for the keep-alive time-out fails the server, by policy (R13)', () => {
    for (const takeOverWhenNotRecording of [true, false]) {
      const watch = aliveWatch({ settings: settingsWith({}, { takeOverWhenNotRecording }) });
      watch.cameras.forEach((id) => watch.frozen.add(id));
      expect(watch.beats(7 * second).state.gray?.all).toBe(true);
      watch.beats(31 * second);
      expect(watch.kind).toBe(takeOverWhenNotRecording ? 'failed (not recording)' : 'alive');
    }
  });

  it('D34 failed for recording nothing ends with frames, not with beats', () => {
    const watch = aliveWatch();
    watch.cameras.forEach((id) => watch.frozen.add(id));
    expect(watch.beats(60 * second).kind).toBe('failed (not recording)');
    watch.frozen.clear();
    expect(watch.beats(2 * second).kind).toBe('alive');
    expect(isRecovered(watch.state)).toBe(false);
    expect(isRecovered(watch.beats(61 * second).state)).toBe(true);
  });

  it('D35 says that the disk of the recorder is full', () => {
    const watch = aliveWatch();
    const progress = watch.progress();
    watch.keepAlive('running', { ...progress, disk: { state: 'full' } });
    expect(alarms(watch.taken())).toEqual(['+recorder disk']);
    expect(alarms(watch.keepAlive().taken())).toEqual(['-recorder disk']);
  });

  it('D37 takes the next installation after a replacement', () => {
    const watch = aliveWatch().send({ type: 'identity accepted', atMs: 0 });
    expect(watch.newAgent().welcome('running', 'instance-2').state.instance).toBe('instance-2');
  });
});
