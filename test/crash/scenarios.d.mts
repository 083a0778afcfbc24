export interface CrashWorld {
  readonly real: string;
  readonly shadow: string;
}

export interface Scenario {
  args(world: CrashWorld): readonly string[];
  configure?(world: CrashWorld): void;
  repos?(world: CrashWorld): readonly string[];
  end?(world: CrashWorld): void;
  readonly keepsCommits?: boolean;
}

export const SCENARIOS: Readonly<Record<string, Scenario>>;
export function prepare(scenario: Scenario, dir: string, env: NodeJS.ProcessEnv): CrashWorld;
