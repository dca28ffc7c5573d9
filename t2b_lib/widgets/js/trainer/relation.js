// Relations as readers write them: an indented list or a table.
//
// A relation is {names, values}: n names and an array of n rows of n numbers in [0, 1], null where
// nothing is known. values[i][j] is how much of i lies in j; a name's relation to itself is null.

const MOST = 60; // boxes that a page can train at 60 steps a second
const SEPARATORS = ["\t", ";", ","];

const separatorOf = (line) => SEPARATORS.find((separator) => line.includes(separator));

/** The relation that a text describes. Throws an Error that says which line is wrong, and how. */
export function parseRelation(text) {
  const lines = text
    .split(/\r?\n/)
    .map((line, k) => ({ line, number: k + 1 }))
    .filter(({ line }) => line.trim());
  if (!lines.length) throw new Error("Write at least one name.");
  const separator = separatorOf(lines[0].line);
  const relation = separator ? parseTable(lines, separator) : parseList(lines);
  if (relation.names.length > MOST) {
    throw new Error(`${relation.names.length} names are too many for a page: at most ${MOST}.`);
  }
  return relation;
}

/**
 * An indented list: a name lies in the names that it is indented under, and in nothing else. A name
 * that is listed again lies in the others' too.
 */
function parseList(lines) {
  const names = [];
  const parents = [];
  const path = []; // the line's own ancestors: {indent, index}
  for (const { line, number } of lines) {
    const indent = line.match(/^\s*/)[0].replaceAll("\t", "    ").length;
    const name = line.trim().replace(/^[-*•]\s+/, "");
    while (path.length && path.at(-1).indent >= indent) path.pop();
    let index = names.indexOf(name);
    if (index < 0) {
      index = names.push(name) - 1;
      parents.push(new Set());
    }
    if (path.some((above) => above.index === index)) {
      throw new Error(`Line ${number}: “${name}” is listed under itself.`);
    }
    if (path.length) parents[index].add(path.at(-1).index);
    path.push({ indent, index });
  }
  return { names, values: closureOf(parents) };
}

/** Who lies in whom, from the parents of each. */
function closureOf(parents) {
  return parents.map((_, i) => {
    const above = new Set();
    const waiting = [...parents[i]];
    while (waiting.length) {
      const j = waiting.pop();
      if (above.has(j)) continue;
      above.add(j);
      waiting.push(...parents[j]);
    }
    return parents.map((_, j) => (i === j ? null : Number(above.has(j))));
  });
}

/** A table: names above and in the first column, numbers in between; empty where unknown. */
function parseTable(lines, separator) {
  const rows = lines.map(({ line, number }) => ({
    cells: line.split(separator).map((cell) => cell.trim()),
    number,
  }));
  const names = rows[0].cells.slice(1);
  if (names.some((name) => !name)) throw new Error("Line 1: a column has no name.");
  const twice = names.find((name, k) => names.indexOf(name) < k);
  if (twice) throw new Error(`Line 1: “${twice}” stands there twice.`);
  if (rows.length - 1 !== names.length) {
    throw new Error(`${names.length} columns, but ${rows.length - 1} rows: there must be as many.`);
  }
  const values = rows.slice(1).map(({ cells, number }, i) => {
    const [name, ...numbers] = cells;
    if (name !== names[i]) {
      throw new Error(`Line ${number}: expected the row of “${names[i]}”, got “${name}”.`);
    }
    if (numbers.length > names.length) throw new Error(`Line ${number}: too many numbers.`);
    return names.map((_, j) => {
      if (i === j || !numbers[j]) return null;
      const value = Number(numbers[j]);
      if (!(value >= 0 && value <= 1)) {
        throw new Error(`Line ${number}: “${numbers[j]}” is no number from 0 to 1.`);
      }
      return value;
    });
  });
  return { names, values };
}

/** A relation as a table with tabs, which a spreadsheet takes as well. */
export function formatTable({ names, values }) {
  const rows = values.map((row, i) => [names[i], ...row.map((value) => value ?? "")].join("\t"));
  return [["", ...names].join("\t"), ...rows].join("\n");
}

/** A Float64Array of n * n numbers, NaN where nothing is known. */
export const flat = ({ values }) =>
  Float64Array.from(values.flat(), (value) => (value === null ? NaN : value));

/** Whether all that is known is 0 or 1, so that boxes are right or wrong about it. */
export const isBinary = ({ values }) =>
  values.flat().every((value) => value === null || value === 0 || value === 1);
