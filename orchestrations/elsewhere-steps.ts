/** The steps of a training that runs outside of the workspace: as in steps.ts, which has the rules for all. */
import type { ElsewhereConfig } from '../shared/config/elsewhere-schema.ts';
import type { Elsewhere, ToldTraining } from '../shared/domain/elsewhere.ts';

export interface ElsewhereSteps {
  /** Starts it, unless it was started: what was started bears the name of the job. Refused: status Refused. */
  'start-training': {
    input: { model: string; dataPath: string; training: ElsewhereConfig; elsewhere: Elsewhere };
    output: ToldTraining;
  };
  /** How it stands; of one that has ended well, where its model lies. */
  'watch-training': { input: { elsewhere: Elsewhere }; output: ToldTraining };
}
