export const BIN: string;
export const ENV: NodeJS.ProcessEnv;
