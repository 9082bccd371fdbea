/** A band on a log axis in block characters: light from p10 to p90, a full block at p50. */
export function bandBar(
  band: { p10: number; p50: number; p90: number },
  axis: { from: number; to: number },
  width: number,
): string {
  const at = (value: number): number => {
    const share = Math.log(value / axis.from) / Math.log(axis.to / axis.from);
    return Math.round(Math.min(1, Math.max(0, share)) * (width - 1));
  };
  const cells = Array.from({ length: width }, () => ' ');
  for (let cell = at(band.p10); cell <= at(band.p90); cell++) cells[cell] = '░';
  cells[at(band.p50)] = '█';
  return cells.join('');
}
