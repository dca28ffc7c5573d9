// What the overlaps should be: relations that are wrong, and targets that are missed.

export const MISSING = 1; // the truth has the relation, the boxes do not
export const SPURIOUS = 2; // the boxes have it, the truth does not

/** Which relations differ from the truth. i lies in j where E_ij > threshold and E_ij > E_ji. */
export function updateMarks(marks, matrix, truth, threshold, moved) {
  const n = truth.length;
  const judge = (i, j) => {
    if (i === j || truth[i][j] === null) return 0;
    const share = matrix[i * n + j];
    const holds = share > threshold && share > matrix[j * n + i];
    if (holds === truth[i][j] > 0) return 0;
    return holds ? SPURIOUS : MISSING;
  };
  for (const i of moved) {
    for (let j = 0; j < n; j++) {
      marks[i * n + j] = judge(i, j);
      marks[j * n + i] = judge(j, i);
    }
  }
}

/** Counts of wrong relations, F1, and what changed since the start. */
export function tally(marks, startMarks, truth) {
  const n = truth.length;
  const counts = { missing: 0, spurious: 0, broken: 0, repaired: 0 };
  let held = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j || truth[i][j] === null) continue;
      const mark = marks[i * n + j];
      if (mark === MISSING) counts.missing++;
      else if (mark === SPURIOUS) counts.spurious++;
      else if (truth[i][j] > 0) held++;
      if (mark && !startMarks[i * n + j]) counts.broken++;
      if (!mark && startMarks[i * n + j]) counts.repaired++;
    }
  }
  counts.f1 = (2 * held) / (2 * held + counts.missing + counts.spurious);
  return counts;
}

/** The cells of a target matrix that ask for something, worst first once `off` is filled in. */
export function listTargets(targets) {
  const goals = [];
  targets.forEach((row, i) =>
    row.forEach((value, j) => {
      if (i !== j && value !== null) goals.push({ i, j, value, now: 0, off: 0 });
    }),
  );
  return goals;
}

export function updateTargets(goals, matrix, n) {
  for (const goal of goals) {
    goal.now = matrix[goal.i * n + goal.j];
    goal.off = Math.abs(goal.now - goal.value);
  }
  return Math.max(...goals.map((goal) => goal.off));
}

// Rounding must not keep a reader from a solution that lies exactly on the tolerance.
export const within = (off, tolerance) => off <= tolerance + 1e-9;
