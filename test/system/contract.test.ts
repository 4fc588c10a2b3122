import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage, ociLayout, writeFolder } from '../build-image.ts';
import { buildOnce, environment, filesBelow, fixed, hasProgram, launcher, plimsoll, root, temporaryFolder, whyNot } from './command.ts';
import { smallImage } from './small-image.ts';

const folder = temporaryFolder('contract');
/** A cache with whole data for npm, and one with none. */
const cache = join(folder, 'cache');
const bare = join(folder, 'bare');
const npmOnly = buildImage({
  layers: [
    {
      'srv/node_modules/lodash/package.json': '{"name":"lodash","version":"4.17.4","license":"MIT"}',
      'srv/node_modules/left-pad/package.json': '{"name":"left-pad","version":"1.0.0"}',
      'srv/node_modules/noted/package.json': '{"name":"noted","version":"1.0.0"}',
    },
  ],
});
const npm = `oci:${join(folder, 'npm')}`;
const debian = `oci:${join(folder, 'debian')}`;
const noStrace = whyNot(hasProgram('strace'), 'strace is not installed');

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(join(root, 'schemas/scan.schema.json'), 'utf8')) as object);

interface Result {
  readonly findings: readonly {
    id: string;
    severity: string;
    fixed?: string;
    suppressedBy?: { by: string; reason: string; owner: string };
  }[];
  readonly summary: { active: number; suppressed: number; hidden: number; bySeverity: Record<string, number> };
  readonly warnings: readonly { code: string; message: string }[];
  readonly unknowns: readonly { area: string; blocking: boolean }[];
  readonly run: { scanners: readonly string[]; notCovered: readonly string[] };
}

function parse(text: string): Result {
  const value: unknown = JSON.parse(text);
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
  return value as Result;
}

const scan = (args: readonly string[], options: { cache?: string; cwd?: string; env?: Record<string, string> } = {}) =>
  plimsoll(['scan', ...args, ...fixed], { cache, ...options });

/** A working folder with these files. */
function project(name: string, files: Record<string, string>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

const record = (id: string, name: string, severity: string, event: Record<string, string>) =>
  JSON.stringify({
    path: `${id}.json`,
    text: JSON.stringify({
      schema_version: '1.6.0',
      id,
      modified: '2024-01-01T00:00:00Z',
      affected: [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, event] }] }],
      database_specific: { severity },
    }),
  });

beforeAll(async () => {
  buildOnce();
  mkdirSync(cache);
  mkdirSync(bare);
  writeFolder(ociLayout([npmOnly], 'gzip'), join(folder, 'npm'));
  writeFolder(ociLayout([smallImage()], 'gzip'), join(folder, 'debian'));
  // One critical with a fix; one high without: an end of the range that lies beyond every version.
  const data = project('data', {
    'records.jsonl': [
      record('GHSA-aaaa-aaaa-aaaa', 'lodash', 'CRITICAL', { fixed: '4.17.21' }),
      record('GHSA-bbbb-bbbb-bbbb', 'left-pad', 'HIGH', { last_affected: '9.0.0' }),
      record('GHSA-cccc-cccc-cccc', 'noted', 'LOW', { fixed: '2.0.0' }),
    ].join('\n'),
  });
  const imported = await plimsoll(['db', 'import', data, '--complete', '--as-of', '2026-11-24', ...fixed], { cache });
  expect(imported.err).toBe('');
  expect(imported.code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('exit codes', () => {
  it.each<[args: string[], code: number, says: RegExp]>([
    [[npm], 0, /^$/],
    [[npm, '--strict'], 0, /passed: nothing that matters is unknown \(exit 0\)/],
    [[npm, '--fail-on', 'critical'], 1, /FAILED: 1 active finding is critical or worse: GHSA-aaaa-aaaa-aaaa in lodash \(exit 1\)/],
    [[npm, '--fail-on', 'high'], 1, /FAILED: 2 active findings/],
    [[npm, '--fail-on', 'critical', '--strict'], 1, /FAILED/],
    [[debian], 0, /^$/],
    [[debian, '--strict'], 3, /COULD NOT EVALUATE \(this is not a pass\).*deb.*\(exit 3\)/],
    [[debian, '--fail-on', 'critical'], 1, /FAILED/],
    [[debian, '--strict', '--allow-unknown', 'deb'], 3, /COULD NOT EVALUATE.*pypi/],
    [[debian, '--strict', '--allow-unknown', 'deb,pypi'], 0, /passed: unknowns were accepted by --allow-unknown: deb, pypi/],
    [[debian, '--strict', '--allow-unknown'], 0, /passed: unknowns were accepted/],
    [['oci:nowhere'], 3, /there is no file or folder nowhere \[target-not-found\]/],
    [[], 2, /missing required argument 'target'/],
    [[npm, 'another'], 2, /too many arguments/],
    [[npm, '--fail-on', 'terrible'], 2, /failOn.*\[setting-invalid\]/],
    [[npm, '--format', 'xml'], 2, /unknown format: xml \[usage\]/],
    [[npm, '--format', 'json', '--format', 'table'], 2, /only one format can go to the standard output/],
    [[npm, '--format', 'json='], 2, /names no file/],
    [[npm, '--format', 'json=no/such/folder/x.json'], 3, /\[output-unwritable\]/],
    [[npm, '--no-such-flag'], 2, /unknown option '--no-such-flag'/],
    [[npm, '--ignore-file', 'missing.yaml'], 2, /\[ignore-invalid\]/],
    [[npm, '--scanners', 'secret'], 2, /does not look for secrets yet \[not-built-yet\]/],
    [[npm, '--scanners', 'secret', '--strict'], 2, /\[not-built-yet\]/],
    [[npm, '--scanners', ','], 2, /no scanner is named \[usage\]/],
    [[npm, '--docker-host', 'tcp://192.0.2.1:2375'], 0, /^$/],
    [['docker:x', '--docker-host', 'tcp://192.0.2.1:2375'], 3, /\[offline-refused\]/],
  ])('scan %j: %i', async (args, code, says) => {
    const outcome = await scan(args);
    expect(outcome.err).toMatch(says);
    expect(outcome.code).toBe(code);
  });

  it('3 without data for anything in the target, whatever the bar', async () => {
    for (const bar of [[], ['--strict'], ['--fail-on', 'critical'], ['--allow-unknown']]) {
      const outcome = await scan([npm, ...bar], { cache: bare });
      expect(outcome.err).toMatch(/COULD NOT EVALUATE \(this is not a pass\): .*there is no advisory data for anything in the target/);
      expect(outcome.code).toBe(3);
    }
  });

  it.each<[args: string[], code: number, says: RegExp]>([
    [['frobnicate'], 2, /unknown verb: frobnicate \[usage\]/],
    [['--frobnicate'], 2, /^$/],
    [['lint', '.'], 2, /`plimsoll lint` is not built yet \[not-built-yet\]/],
    [['gate', 'x.json'], 2, /not built yet/],
    [['dev', 'classify'], 2, /not built yet/],
    [['dev', 'frobnicate'], 2, /unknown: dev frobnicate/],
    [['db', 'frobnicate'], 2, /\[usage\]/],
    [['config', 'frobnicate'], 2, /\[usage\]/],
    [['scan', 'registry:example/x', '--offline'], 2, /registry: targets cannot be read yet/],
    [['db', 'import', 'nowhere', '--offline'], 3, /nowhere/],
    [['db', 'update', '--offline'], 3, /\[offline-refused\]/],
  ])('%j: %i', async (args, code, says) => {
    const outcome = await plimsoll(args, { cache });
    expect(outcome.err).toMatch(says);
    expect(outcome.code).toBe(code);
  });

  it.each(['SIGINT', 'SIGTERM'] satisfies NodeJS.Signals[])('130 on %s, with nothing half written', async (signal) => {
    const own = join(folder, signal);
    mkdirSync(own);
    const child = spawn(launcher, ['scan', '-', '--format', 'json=out.json', ...fixed], { cwd: own, env: environment({ cache: own }) });
    const err: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.write(readFileSync(join(folder, 'npm/oci-layout')));
    setTimeout(() => child.kill(signal), 700);
    const code = await new Promise((done) => child.on('close', done));
    expect(Buffer.concat(err).toString()).toBe('plimsoll: interrupted\n');
    expect(code).toBe(130);
    expect(filesBelow(own)).toEqual([]);
  });
});

describe('outputs', () => {
  it('writes several in one run, each as it is alone', async () => {
    const own = project('several', {});
    const several = await scan(
      [debian, '--format', 'json=a.json', '--format', 'cyclonedx=b.json', '--format', 'html=c.html', '--format', 'table'],
      {
        cwd: own,
      },
    );
    expect(several.code).toBe(0);
    expect(filesBelow(own)).toEqual(['a.json', 'b.json', 'c.html']);
    const [json, cyclonedx, html, table] = await Promise.all(
      ['json', 'cyclonedx', 'html', 'table'].map((format) => scan([debian, '--format', format])),
    );
    expect(readFileSync(join(own, 'a.json'), 'utf8')).toBe(json?.out);
    expect(readFileSync(join(own, 'b.json'), 'utf8')).toBe(cyclonedx?.out);
    expect(readFileSync(join(own, 'c.html'), 'utf8')).toBe(html?.out);
    expect(several.out).toBe(table?.out);
    parse(json?.out ?? '');
    expect(JSON.parse(cyclonedx?.out ?? '').bomFormat).toBe('CycloneDX');
  });

  it.each([[npm], [debian], ['.']])('JSON of %s keeps to its schema', async (target) => {
    const cwd = project(`schema-${target.length}`, { 'package.json': '{"name":"x","version":"1.0.0"}' });
    const outcome = await scan([target, '--format', 'json', '--lock-files'], { cwd });
    parse(outcome.out);
  });

  it('prints nothing but the result when quiet, and colours nothing that is no terminal', async () => {
    const outcome = await scan([npm, '--quiet'], { env: { FORCE_COLOR: '1' } });
    expect(outcome.err).toBe('');
    expect(outcome.out).not.toContain('\u001b');
  });

  it('names scanners that are not built yet in one line', async () => {
    const { out, code } = await scan([npm, '--scanners', 'vuln,secret,config,license']);
    expect(code).toBe(0);
    expect(out.split('\n').filter((line) => /secrets|configuration|licences/.test(line))).toEqual([
      'This version does not look at: secrets, configuration, licences',
    ]);
    const json = parse((await scan([npm, '--scanners', 'vuln,secret', '--format', 'json'])).out);
    expect(json.run).toMatchObject({ scanners: ['vuln'], notCovered: ['secrets'] });
    expect(json.unknowns.filter((one) => one.blocking)).toEqual([]);
  });
});

describe('display filters', () => {
  it.each<[filter: string[], shown: string[]]>([
    [['--severity', 'critical'], ['GHSA-aaaa-aaaa-aaaa']],
    [
      ['--severity', 'low'],
      ['GHSA-aaaa-aaaa-aaaa', 'GHSA-bbbb-bbbb-bbbb', 'GHSA-cccc-cccc-cccc'],
    ],
    [
      ['--severity', 'critical,low'],
      ['GHSA-aaaa-aaaa-aaaa', 'GHSA-cccc-cccc-cccc'],
    ],
    [['--only-fixed'], ['GHSA-aaaa-aaaa-aaaa', 'GHSA-cccc-cccc-cccc']],
    [['--ignore-unfixed'], ['GHSA-aaaa-aaaa-aaaa', 'GHSA-cccc-cccc-cccc']],
    [
      ['--severity', 'negligible', '--only-fixed'],
      ['GHSA-aaaa-aaaa-aaaa', 'GHSA-cccc-cccc-cccc'],
    ],
  ])('%j shows some, counts all, and changes no verdict', async (filter, shown) => {
    const result = parse((await scan([npm, '--format', 'json', ...filter])).out);
    expect(result.findings.map((one) => one.id).sort()).toEqual(shown);
    expect(result.summary).toMatchObject({ active: 3, hidden: 3 - shown.length, bySeverity: { critical: 1, high: 1, low: 1 } });
    for (const bar of [['--fail-on', 'critical'], ['--fail-on', 'high'], ['--fail-on', 'low'], ['--strict']]) {
      const without = await scan([npm, '--quiet', ...bar]);
      const filtered = await scan([npm, '--quiet', ...bar, ...filter]);
      expect([filtered.code, filtered.err]).toEqual([without.code, without.err]);
    }
  });
});

describe('accepted findings', () => {
  const entry = (more: string) => `ignore:\n  - id: GHSA-aaaa-aaaa-aaaa\n    reason: not reachable here\n    owner: team-a\n${more}`;

  it('stay listed with the reason and count no more', async () => {
    const cwd = project('ignored', { '.plimsollignore.yaml': entry('    expires: 2026-11-25\n') });
    const outcome = await scan([npm, '--format', 'json', '--fail-on', 'critical'], { cwd });
    expect(outcome.code).toBe(0);
    const result = parse(outcome.out);
    expect(result.findings.find((one) => one.id === 'GHSA-aaaa-aaaa-aaaa')?.suppressedBy).toMatchObject({
      by: 'ignore',
      reason: 'not reachable here',
      owner: 'team-a',
    });
    expect(result.summary).toMatchObject({ active: 2, suppressed: 1, bySeverity: { critical: 0 } });
    const table = await scan([npm, '--show-suppressed'], { cwd });
    expect(table.out).toContain('not reachable here');
  });

  it('are active again when the exception expired, and that is said', async () => {
    const cwd = project('expired', { '.plimsollignore.yaml': entry('    expires: 2026-11-24\n') });
    const outcome = await scan([npm, '--format', 'json', '--fail-on', 'critical'], { cwd });
    expect(outcome.code).toBe(1);
    expect(outcome.err).toContain(
      'the exception for GHSA-aaaa-aaaa-aaaa of team-a expired on 2026-11-24: it is active again [ignore-expired]',
    );
    const result = parse(outcome.out);
    expect(result.summary).toMatchObject({ active: 3, suppressed: 0 });
    expect(result.warnings.map((one) => one.code)).toContain('ignore-expired');
  });

  it.each([
    ['no reason', 'ignore:\n  - id: X\n    owner: me\n'],
    ['no owner', 'ignore:\n  - id: X\n    reason: because\n'],
    ['no YAML', 'ignore: ['],
    ['a bomb of aliases', `a: &a [${'x,'.repeat(20)}]\n${Array.from({ length: 60 }, (_, i) => `b${i}: *a`).join('\n')}\nignore: []\n`],
    ['another shape', 'ignore: yes\n'],
  ])('are refused with %s', async (_, text) => {
    const outcome = await scan([npm], { cwd: project(`refused-${text.length}`, { '.plimsollignore.yaml': text }) });
    expect(outcome.err).toContain('[ignore-invalid]');
    expect(outcome.code).toBe(2);
  });
});

describe('settings', () => {
  it('refuses hosts, programs, the cache and the net from a project, with a warning each', async () => {
    const cwd = project('hostile', {
      'plimsoll.yaml': [
        'osvUrl: http://192.0.2.1/',
        'dockerHost: tcp://192.0.2.1:2375',
        'trustRepository: http://192.0.2.1/',
        'cacheDir: ./stolen',
        'offline: false',
        'update: true',
        'program: /bin/sh',
        'onlyFixed: true',
      ].join('\n'),
    });
    const shown = await plimsoll(['config', 'show', '--format', 'json'], { cache, cwd, env: { PLIMSOLL_OFFLINE: '1' } });
    for (const key of ['osvUrl', 'dockerHost', 'trustRepository', 'cacheDir', 'offline', 'update'])
      expect(shown.err).toContain(`a project may not set "${key}"; it was ignored [setting-refused]`);
    expect(shown.err).toContain('"program" is no setting and was ignored [setting-refused]');
    const rows: { setting: string; value: unknown; origin: string }[] = JSON.parse(shown.out).settings;
    const shownOf = (key: string) => rows.find((row) => row.setting === key);
    expect(shownOf('osvUrl')).toMatchObject({ value: null, origin: null });
    expect(shownOf('offline')).toMatchObject({ value: true, origin: 'environment' });
    expect(shownOf('onlyFixed')).toMatchObject({ value: true, origin: 'project file' });
    expect(shownOf('cacheDir')).toMatchObject({ value: join(cache, 'plimsoll'), origin: 'environment' });
    const outcome = await scan([npm, '--format', 'json'], { cwd });
    expect(parse(outcome.out).summary.hidden).toBe(1);
    expect(filesBelow(cwd)).toEqual(['plimsoll.yaml']);
  });

  it('takes flags before the environment, the project and the user', async () => {
    const cwd = project('order', { 'plimsoll.yaml': 'failOn: high\nstrict: true\nseverity: [low]\n' });
    mkdirSync(join(cache, 'config/plimsoll'), { recursive: true });
    writeFileSync(join(cache, 'config/plimsoll/config.yaml'), 'failOn: medium\nmaxDownload: 1000\n');
    try {
      const { out, err } = await plimsoll(['config', 'show'], { cache, cwd, env: { PLIMSOLL_FAIL_ON: 'low' } });
      expect(err).toBe('');
      expect(out).toMatch(/^failOn +"low" +environment$/m);
      expect(out).toMatch(/^strict +true +project file /m);
      expect(out).toMatch(/^maxDownload +1000 +user file /m);
      expect(out).toMatch(/^cacheDir .* environment$/m);
      expect((await scan([npm, '--fail-on', 'critical'], { cwd })).err).toMatch(/critical or worse/);
    } finally {
      rmSync(join(cache, 'config'), { recursive: true });
    }
  });

  it.each(['failOn: terrible', '- a list', 'failOn: [', 'strict: perhaps'])('refuses the settings file %j', async (text) => {
    const outcome = await scan([npm], { cwd: project(`bad-${text.length}`, { 'plimsoll.yaml': text }) });
    expect(outcome.err).toContain('[setting-invalid]');
    expect(outcome.code).toBe(2);
  });
});

describe('lines', () => {
  it('compare-versions answers every line in its place', async () => {
    const hostile = [
      '1\t2',
      '2\t1',
      '1\t1',
      'alone',
      '',
      '1\t2\t3',
      '\t',
      `${'9'.repeat(100_000)}\t1`,
      '1:\t:1',
      '\u0000\t\u0000',
      '~\t',
      '1.0\r',
    ];
    const outcome = await plimsoll(['dev', 'compare-versions', '--scheme', 'debian'], { cache, stdin: `${hostile.join('\n')}\n` });
    const answers = outcome.out.trimEnd().split('\n');
    expect(answers).toHaveLength(hostile.length);
    expect(answers.filter((answer) => !['-1', '0', '1', 'error'].includes(answer))).toEqual([]);
    expect(answers.slice(0, 6)).toEqual(['-1', '1', '0', 'error', 'error', 'error']);
    expect(outcome.code).toBe(0);
  });

  it('compare-versions takes bytes that are no text', async () => {
    const stdin = Buffer.from([0xff, 0xfe, 9, 0x31, 10, 0xc3, 10, 0x31, 9, 0x32]);
    const outcome = await plimsoll(['dev', 'compare-versions', '--scheme', 'npm'], { cache, stdin });
    expect(outcome.out.split('\n').slice(1)).toEqual(['error', '-1', '']);
  });

  it('match answers every record, whatever stands in it', async () => {
    const lines = [
      '{"id":1,"purl":"pkg:npm/lodash@4.17.4"}',
      'not json',
      '{"id":2}',
      '[]',
      'null',
      '{"id":3,"purl":"pkg:npm/%ZZ@1"}',
      '{"id":4,"purl":"pkg:npm/__proto__@1.0.0"}',
      '{"id":5,"purl":"pkg:npm/constructor@1.0.0","distro":"__proto__:1"}',
      '{"id":6,"purl":"pkg:golang/example.org/x@1"}',
      '{"id":7,"purl":"pkg:npm/lodash"}',
      `{"id":8,"purl":"pkg:npm/lodash@${'1.'.repeat(20_000)}"}`,
      `{"id":9,"x":${'['.repeat(50_000)}`,
      '{"id":"\\u001b[31m","purl":"pkg:npm/lodash@4.17.4"}',
      '{"id":10,"purl":"pkg:deb/debian/openssl@3.0.9-1","distro":"debian:12"}',
      '{"id":11,"purl":"pkg:npm/lodash@4.17.21"}',
    ];
    const outcome = await plimsoll(['dev', 'match', ...fixed], { cache, stdin: lines.join('\n') });
    const answers: { id: unknown; error?: string; findings?: { id: string; fixed?: string }[]; unknowns?: { code: string }[] }[] =
      outcome.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    expect(answers).toHaveLength(lines.length);
    expect(answers.map((one) => (one.error === undefined ? one.findings?.length : 'error'))).toEqual([
      1,
      'error',
      'error',
      'error',
      'error',
      'error',
      0,
      0,
      'error',
      'error',
      answers[10]?.error === undefined ? 0 : 'error',
      'error',
      1,
      0,
      0,
    ]);
    expect(answers[0]).toMatchObject({ id: 1, findings: [{ id: 'GHSA-aaaa-aaaa-aaaa', fixed: '4.17.21' }] });
    expect(answers[2]?.id).toBe(2);
    expect(answers[13]?.unknowns?.map((one) => one.code)).toContain('coverage-none');
    expect(outcome.err).toBe('');
    expect(outcome.code).toBe(0);
  });
});

describe('--offline', () => {
  it.skipIf(noStrace !== undefined)(
    `opens no IP connection${noStrace === undefined ? '' : ` (${noStrace})`}`,
    async () => {
      const trace = join(folder, 'trace');
      const runs = [
        ['scan', npm, ...fixed],
        ['scan', 'plimsoll-test-no-such-image:1', ...fixed],
        ['scan', '/', '--skip-dirs', '**', ...fixed],
        ['db', 'update', ...fixed],
        ['db', 'import', 'http://127.0.0.1:9/x', ...fixed],
      ];
      for (const [nth, args] of runs.entries()) {
        const file = `${trace}-${nth}`;
        const through = ['strace', '-f', '-qq', '-e', 'trace=socket,connect,sendto', '-e', 'signal=none', '-o', file];
        await plimsoll(args, { cache, through, env: { PLIMSOLL_OSV_URL: 'http://127.0.0.1:9/', HTTP_PROXY: 'http://127.0.0.1:9' } });
        expect(
          readFileSync(file, 'utf8')
            .split('\n')
            .filter((line) => /AF_INET6?|PF_INET6?/.test(line)),
        ).toEqual([]);
      }
      // The same without --offline does open one: the trace would show it.
      const through = ['strace', '-f', '-qq', '-e', 'trace=socket,connect', '-o', trace];
      await plimsoll(['db', 'import', 'http://127.0.0.1:9/x'], { cache, through });
      expect(readFileSync(trace, 'utf8')).toContain('AF_INET');
    },
    60_000,
  );
});
