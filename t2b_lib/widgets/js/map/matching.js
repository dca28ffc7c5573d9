// Which datasets a query finds, by their names and by the names of their classes.

const SUGGESTIONS = 8;

/** A text without accents and capitals. */
export const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * Which folded texts hold a folded query, as {i, rank}, best first: those that are it (rank 0),
 * then those that begin with it, those with a word that begins with it, and the others; among
 * these the short ones first.
 */
export function matches(texts, query) {
  const escaped = query.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const word = new RegExp(`(?<![\\p{L}\\p{N}])${escaped}`, "u");
  const rank = (text) =>
    text === query ? 0 : text.startsWith(query) ? 1 : word.test(text) ? 2 : 3;
  return texts
    .map((text, i) => ({ i, rank: rank(text), length: text.length }))
    .filter(({ i }) => texts[i].includes(query))
    .sort((a, b) => a.rank - b.rank || a.length - b.length);
}

/** An index of names and classes. `find(query)` is what a search box needs to know. */
export function createIndex({ datasets, classes, isShown }) {
  const names = datasets.map((dataset) => fold(dataset.name));
  const foldedClasses = classes.map(fold);
  const holders = new Map(); // of classes, "Cat" being "cat": a spelling and who has it
  datasets.forEach((dataset, i) => {
    for (const k of dataset.classes) {
      const folded = foldedClasses[k];
      if (!holders.has(folded)) holders.set(folded, { spelling: classes[k], having: new Set() });
      holders.get(folded).having.add(i);
    }
  });
  const foldedKinds = [...holders.keys()];
  const kinds = [...holders.values()];

  /** {byName, byClass, found}: datasets, classes {spelling, having}, and all datasets together. */
  function search(text) {
    const query = fold(text.trim());
    if (!query) return null;
    const byName = matches(names, query)
      .map(({ i }) => i)
      .filter(isShown);
    const ranked = matches(foldedKinds, query);
    // "cat" is not about "education", unless nothing else is found.
    const words = ranked.filter(({ rank }) => rank < 3);
    const byClass = (words.length || byName.length ? words : ranked).map(({ i }) => kinds[i]);
    const found = new Set(byName);
    for (const { having } of byClass) for (const i of having) if (isShown(i)) found.add(i);
    return { byName, byClass, found };
  }

  return { search };
}

/** How many datasets and classes are suggested: some of both where both are found. */
export function shareOut(names, classes) {
  const forClasses = Math.min(Math.max(SUGGESTIONS - names, Math.min(3, classes)), classes);
  return [Math.min(names, SUGGESTIONS - forClasses), forClasses];
}
