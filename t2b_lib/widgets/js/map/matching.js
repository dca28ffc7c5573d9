// Which datasets a query finds, by their names and by the names of their classes.

const SUGGESTIONS = 8;

// What a reader may call it, and what the datasets and their classes are called.
const SYNONYMS = {
  aerial: ["remote sensing"],
  bird: ["cub-200"],
  car: ["stanford cars"],
  crop: ["plants"],
  digit: ["digits and letters"],
  drawing: ["sketch", "quick, draw"],
  flower: ["flowers"],
  garbage: ["trash", "waste"],
  handwriting: ["digits and letters", "handwritten"],
  insect: ["inaturalist"],
  landuse: ["remote sensing"],
  plane: ["aircraft", "airplane"],
  satellite: ["remote sensing"],
  "skin cancer": ["melanoma", "skin lesion", "dermamnist"],
  "traffic sign": ["gtsrb"],
  waste: ["trash", "garbage"],
  "x-ray": ["chest", "cxr", "chexpert"],
  xray: ["chest", "cxr", "chexpert"],
};

/** A query and what else it may be called: without the plural's s, and synonyms. */
export function variants(query) {
  const single = query.replace(/([^s])s$/, "$1").replace(/ie$/, "y");
  const found = [query, ...(single.length > 2 ? [single] : [])];
  return [...new Set([...found, ...found.flatMap((one) => SYNONYMS[one] ?? [])])];
}

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
export function createIndex({ datasets, classes, fields, isShown }) {
  const foldedFields = fields.map(fold);
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

  /** Matches of all variants of a query, each text once, the query's own first. */
  function matchesOfAll(texts, queries) {
    const seen = new Map();
    for (const query of queries) {
      for (const match of matches(texts, query)) if (!seen.has(match.i)) seen.set(match.i, match);
    }
    return [...seen.values()];
  }

  /**
   * {byName, byField, byClass, found}: datasets, fields, classes {spelling, having}, and all
   * datasets together: those by name first, then by field, then by how many classes match.
   */
  function search(text) {
    const query = fold(text.trim());
    if (!query) return null;
    const queries = variants(query);
    const byName = matchesOfAll(names, queries)
      .map(({ i }) => i)
      .filter(isShown);
    const byField = matchesOfAll(foldedFields, queries)
      .filter(({ rank }) => rank < 3)
      .map(({ i }) => i);
    const ranked = matchesOfAll(foldedKinds, queries);
    // "cat" is not about "education", unless nothing else is found.
    const words = ranked.filter(({ rank }) => rank < 3);
    const some = words.length || byName.length || byField.length;
    const byClass = (some ? words : ranked).map(({ i }) => kinds[i]);
    const found = new Set(byName);
    datasets.forEach(({ field }, i) => byField.includes(field) && isShown(i) && found.add(i));
    const times = new Map();
    for (const { having } of byClass) {
      for (const i of having) if (isShown(i)) times.set(i, (times.get(i) ?? 0) + 1);
    }
    for (const [i] of [...times].sort((a, b) => b[1] - a[1])) found.add(i);
    return { byName, byField, byClass, found };
  }

  return { search };
}

/** How many datasets and classes are suggested: some of both where both are found. */
export function shareOut(names, classes) {
  const forClasses = Math.min(Math.max(SUGGESTIONS - names, Math.min(3, classes)), classes);
  return [Math.min(names, SUGGESTIONS - forClasses), forClasses];
}
