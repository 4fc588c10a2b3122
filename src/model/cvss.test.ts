import { expect, test } from 'vitest';
import { readCvss } from './cvss.ts';

test.each([
  // v4.0: every level of every equivalence set is reached somewhere in the shared lists; these are the ones that are easy to get wrong
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', '4.0', 10],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', '4.0', 0],
  ['CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', '4.0', 7.3],
  ['CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U', '4.0', 5.2],
  // v3: scope changes the weight of privileges; the specification's rounding is not that of floating point
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', '3.1', 9.8],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', '3.1', 10],
  ['CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', '3.0', 6.4],
  ['CVSS:3.1/S:U/C:N/I:N/A:N/AV:P/AC:H/PR:H/UI:R', '3.1', 0],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U', '3.1', 7.8],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:P/MC:N/MI:N/MA:L', '3.1', 2.4],
  // v2: an environmental score may be zero although the base score is not
  ['AV:N/AC:L/Au:N/C:N/I:N/A:C', '2.0', 7.8],
  ['AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C', '2.0', 8.3],
  ['AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:N/TD:N/CR:M/IR:M/AR:H', '2.0', 0],
] as const)('%s is version %s, score %d', (vector, version, score) => {
  expect(readCvss(vector)).toEqual({ version, score });
});

test.each([
  '',
  '7.5',
  'CVSS:3.1',
  'CVSS:3.1/',
  'CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H',
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/AV:N',
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/__proto__:N',
  'AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F',
  'AV:N/AC:L/Au:N/A:C/I:C/C:C',
  'CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/SC:N/VI:L/SI:N/VA:N/SA:N',
  `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/${'E:X/'.repeat(100_000)}`,
])('%.60s is no vector', (vector) => {
  expect(readCvss(vector)).toBeUndefined();
});
