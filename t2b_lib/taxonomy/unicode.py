"""Unicode's emoji: a small hierarchy of drawings that everybody knows."""

from __future__ import annotations

from dataclasses import replace

from t2b_lib.data import read_table
from t2b_lib.taxonomy.hierarchy import Taxonomy


def emoji(*, keep_equal: bool = False) -> Taxonomy:
    """Unicode's 1,903 emoji in 10 categories and 100 subcategories.

    Two of these 110 groups are left out: a subcategory with a single emoji, and a category that is
    the same set as its only subcategory; `keep_equal` keeps this category. The `leaves` are the
    emoji, each followed by its name; `labels` are the names; `levels` is "category" or
    "subcategory".
    """
    table = read_table("emoji", dtype=str)
    points = table["code"].str.split("-")
    drawn = points.map(lambda code: "".join(chr(int(point, 16)) for point in code))
    leaves = drawn + " " + table["name"]
    taxonomy = Taxonomy.from_table(
        [*leaves, *table["subcategory"]],
        [*table["subcategory"], *table["category"]],
        keep_equal=keep_equal,
        title="Unicode's emoji",
    )
    name_of = dict(zip(leaves, table["name"], strict=True))
    categories = set(table["category"])
    return replace(
        taxonomy,
        labels=[name_of[leaf] for leaf in taxonomy.leaves],
        levels=["category" if n in categories else "subcategory" for n in taxonomy.names],
    )
