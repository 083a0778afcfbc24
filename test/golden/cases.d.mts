export interface GoldenCase {
  readonly title: string;
  /** The reason why the case is not run. */
  readonly skip?: string;
  /** Throws an error that shows input, expected and actual result. */
  run(): void | Promise<void>;
}

export interface GoldenFormat {
  readonly name: string;
  accepts(relativeFile: string): boolean;
  cases(json: unknown, relativeFile: string): Iterable<GoldenCase>;
}

export interface CaseResult {
  readonly title: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly message: string;
}

export function loadFormats(): Promise<GoldenFormat[]>;
export function findJsonFiles(directory: string): string[];
export function runFile(directory: string, file: string, format: GoldenFormat): Promise<CaseResult[]>;
