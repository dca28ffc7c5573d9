"""Unicode's emoji: a small hierarchy of drawings that everybody knows."""

from __future__ import annotations

from dataclasses import replace

from t2b_lib.data import read_table
from t2b_lib.taxonomy.hierarchy import Taxonomy


def emoji(*, keep_equal: bool = False) -> Taxonomy:
    """Unicode's 1,903 emoji in 10 categories and 100 subcategories.

    Two of the 110 are no dataset of their own: the subcategory of a single emoji, and the category
    that is the same set as its only subcategory.

    Parameters
    ----------
    keep_equal : bool
        Keep that category as well.

    Returns
    -------
    Taxonomy
        `leaves` are the emoji themselves, each followed by its name; `labels` the names;
        `levels` is "category" or "subcategory".
    """
    rows = read_table("emoji", dtype=str).to_dict("records")
    drawn = {f"{_characters(row['code'])} {row['name']}": row for row in rows}
    child = [*drawn, *(row["subcategory"] for row in rows)]
    parent = [*(row["subcategory"] for row in rows), *(row["category"] for row in rows)]
    taxonomy = Taxonomy.from_table(child, parent, keep_equal=keep_equal, title="Unicode's emoji")
    categories = {row["category"] for row in rows}
    return replace(
        taxonomy,
        labels=[drawn[leaf]["name"] for leaf in taxonomy.leaves],
        levels=["category" if n in categories else "subcategory" for n in taxonomy.names],
    )


def _characters(code: str) -> str:
    return "".join(chr(int(point, 16)) for point in code.split("-"))
