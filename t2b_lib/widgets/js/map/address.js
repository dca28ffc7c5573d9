// What the reader sees, in the page's address: a view can be sent.

const outer = () => (window.frameElement ? window.parent : window);

const slug = (title) => title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");

/** Texts and lists of numbers as the part of an address after its "#". */
export const encode = (title, values) =>
  `${slug(title)}?${new URLSearchParams(Object.entries(values).filter(([, value]) => value))}`;

/** What `encode` wrote for this title: an object of texts; null if the address is another's. */
export function decode(title, hash) {
  const [name, query] = hash.replace(/^#/, "").split("?");
  return query && decodeURIComponent(name) === slug(title)
    ? Object.fromEntries(new URLSearchParams(query))
    : null;
}

/** The address of a map with this title. Several maps of one page take turns. */
export function createAddress(title) {
  let timer = 0;
  return {
    read: () => decode(title, outer().location.hash),
    write(values) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const { history, location } = outer();
        history.replaceState(history.state, "", `${location.pathname}${location.search}#${encode(title, values)}`);
      }, 250); // not with every frame of a flight
    },
  };
}
