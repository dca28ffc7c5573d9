"""Where the scripts of this folder put the tables that they make."""

import csv
import os
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "t2b_lib" / "data"


def write_csv(path: Path, rows: list[dict]) -> None:
    """Write the table whole or not at all, and say how large it is."""
    unfinished = path.with_name(path.name + ".tmp")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(unfinished, path)
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size / 1000:.0f} kB")
