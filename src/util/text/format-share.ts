/** A share for people: `12 %`, `0.3 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}
