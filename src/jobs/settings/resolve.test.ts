import { describe, expect, it } from 'vitest';
import { environmentSource, resolveSettings, type SettingSource } from './resolve.ts';

const from = (origin: SettingSource['origin'], values: Record<string, unknown>): SettingSource => ({ origin, name: origin, values });

describe('resolveSettings', () => {
  it('lets the stronger source win and remembers who said it', () => {
    const { settings, origins } = resolveSettings([
      from('flag', { failOn: 'high' }),
      from('project file', { failOn: 'low', strict: true }),
    ]);
    expect(settings).toEqual({ failOn: 'high', strict: true });
    expect(origins.get('failOn')?.origin).toBe('flag');
    expect(origins.get('strict')?.origin).toBe('project file');
  });

  it.each(['cacheDir', 'offline', 'update', 'osvUrl', 'dockerHost', 'trustRepository', 'kevUrl', 'epssUrl', 'eolUrl'])(
    'refuses %s from a project file',
    (key) => {
      const { settings, warnings } = resolveSettings([from('project file', { [key]: 'http://evil.example' })]);
      expect(settings).toEqual({});
      expect(warnings.map((w) => w.code)).toEqual(['setting-refused']);
    },
  );

  it('says that an unknown key was ignored', () => {
    const { settings, warnings } = resolveSettings([from('project file', { program: '/bin/sh', __proto__x: 1, constructor: 2 })]);
    expect(settings).toEqual({});
    expect(warnings).toHaveLength(3);
  });

  it('refuses a value of the wrong kind with its place', () => {
    expect(() => resolveSettings([from('user file', { failOn: 'terrible' })])).toThrow(/user file: failOn/);
  });

  it('takes severities and scanners in capitals', () => {
    const source = from('flag', { severity: 'HIGH,CRITICAL', failOn: 'High', scanners: ['VULN'] });
    expect(resolveSettings([source]).settings).toEqual({ severity: ['high', 'critical'], failOn: 'high', scanners: ['vuln'] });
  });

  it('names the words that would be right', () => {
    expect(() => resolveSettings([from('flag', { severity: 'bad' })])).toThrow(
      'flag: severity: "bad" is none of critical, high, medium, low, negligible, unknown',
    );
  });

  it('reads lists and switches from the environment', () => {
    const source = environmentSource({ PLIMSOLL_SKIP_DIRS: 'a, b', PLIMSOLL_STRICT: '1', DOCKER_HOST: 'unix:///x', OTHER: 'y' });
    expect(resolveSettings([source]).settings).toEqual({ skipDirs: ['a', 'b'], strict: true, dockerHost: 'unix:///x' });
  });
});
