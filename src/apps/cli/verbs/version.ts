import { readAsset } from '../../../base/asset.ts';
import { toolVersion } from '../../../jobs/registry/generated/tool-version.ts';
import { exitCodes } from '../../../model/verdict.ts';
import type { Verb } from '../verb.ts';

/** `version`: the version, the SBOM of this very program, or the licences of what is inside. */
export const verb: Verb = {
  configure(command) {
    command.option('--sbom', 'print what is bundled, as CycloneDX 1.6').option('--notices', 'print the licence texts of what is bundled');
  },
  async run(_, options, terminal) {
    if (options.sbom === true) terminal.out(readAsset('sbom.cdx.json'));
    else if (options.notices === true) terminal.out(readAsset('NOTICES.txt'));
    else terminal.out(`plimsoll ${toolVersion}\n`);
    return exitCodes.done;
  },
};
