// Tables in Markdown.
const digits = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(0));

function ratio(spread) {
  return spread === null ? '–' : `${digits(spread.median)}× (${digits(spread.min)}–${digits(spread.max)})`;
}

const seconds = (value) => (value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(2)} s`);

const mebibytes = (value) => (value === null ? '–' : `${value.toFixed(0)} MiB`);

function memory({ memory: ours, ratios }, name) {
  if (ours === null) return '–';
  const times = ratios[name].memory;
  const range = `(${ours.min.toFixed(0)}–${ours.max.toFixed(0)})`;
  return `${mebibytes(ours.median)} ${range}${times === null ? '' : `, ${times.median.toFixed(1)}×`}`;
}

/** Which goals there are, and whether they are reached. */
function judge(result, goals = {}, name) {
  const parts = [];
  const judgeOne = (what, goal, actual, unit) => {
    if (goal !== undefined && actual !== undefined && actual !== null)
      parts.push(`${what} ≤ ${goal}${unit}: ${actual <= goal ? 'yes' : 'no'}`);
  };
  judgeOne('CPU', goals[name]?.cpu, result.ratios[name].cpu?.median, '×');
  judgeOne('wall', goals[name]?.wall, result.ratios[name].wall?.median, '×');
  if (name === Object.keys(result.ratios)[0]) judgeOne('memory', goals.memory, result.memory?.median, ' MiB');
  return parts.join(', ');
}

const row = (cells) => `| ${cells.join(' | ')} |`;

function table(header, rows) {
  return [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n');
}

/** One line for each work and yardstick. */
export function ratioTable(results) {
  const rows = results.flatMap(({ work, result }) =>
    Object.keys(result.ratios).map((name, at) => [
      at === 0 ? work.title : '',
      `\`${name}\``,
      ratio(result.ratios[name].cpu),
      ratio(result.ratios[name].wall),
      at === 0 ? memory(result, name) : '',
      judge(result, work.goals, name),
    ]),
  );
  return table(['work', 'against', 'CPU', 'wall', 'memory', 'goal'], rows);
}

/** The works that have goals, one line for each yardstick of these, as in the README. */
export function goalTable(results) {
  const times = (spread) => (spread === null ? '–' : `${digits(spread.median)}×`);
  const rows = results.flatMap(({ work: { title, goals = {} }, result }) =>
    Object.keys(result.ratios).filter((name) => goals[name] !== undefined).map((name) => [
      title,
      `${times(result.ratios[name].cpu)} \`${name}\``,
      times(result.ratios[name].wall),
      result.memory === null ? '–' : mebibytes(result.memory.median),
      judge(result, goals, name),
    ]),
  );
  return table(['work', 'CPU', 'wall', 'memory', 'goal'], rows);
}

/** What each run took, and how disturbed it was. */
export function timeTable(results) {
  const rows = results.map(({ work, result: { medians, pairs, busy, remark } }) => [
    work.title,
    String(pairs),
    `${seconds(medians.ours.cpu)} / ${seconds(medians.ours.wall)}`,
    Object.entries(medians)
      .filter(([name]) => name !== 'ours')
      .map(([name, { cpu, wall }]) => `\`${name}\` ${seconds(cpu)} / ${seconds(wall)}`)
      .join(', '),
    busy === null ? '–' : `${(busy * 100).toFixed(0)} %`,
    [remark, remark === null ? null : work.goals?.remark].filter(Boolean).join('; goal '),
  ]);
  return table(['work', 'pairs', 'CPU / wall', 'yardsticks', 'a process waited for a CPU', 'remark'], rows);
}

/** How time for each file and memory grow with the number of files. */
export function growthTable(results) {
  const micros = (value, count) => `${((value * 1e6) / count).toFixed(1)} µs`;
  const rows = results
    .filter(({ work }) => work.growth !== undefined)
    .map(({ work, result: { medians } }) => [
      work.title,
      micros(medians.ours.cpu, work.growth),
      micros(medians.ours.wall, work.growth),
      micros(medians.find.cpu, work.growth),
      mebibytes(medians.ours.memory),
    ]);
  return table(['work', 'CPU for each file', 'wall for each file', 'CPU of `find` for each file', 'memory'], rows);
}

/** First scan and nothing changed: git-fso and other programs. */
export function peerTable(peers) {
  const cell = (times) => (times === null ? '–' : `${seconds(times.cpu)} / ${seconds(times.wall)}, ${mebibytes(times.memory)}`);
  const rows = peers.map(({ name, version, does, first, again, failure }) =>
    [name, version ?? '', does, ...(failure === undefined ? [cell(first), cell(again)] : [failure, ''])]);
  return table(['program', 'version', 'what it does', 'first scan: CPU / wall, memory', 'nothing changed'], rows);
}
