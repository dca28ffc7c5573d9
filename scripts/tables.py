"""The folder of the shipped tables, and how the scripts of this folder write them."""

from pathlib import Path

import pandas as pd

from t2b_lib.store import write_whole

DATA = Path(__file__).resolve().parents[1] / "t2b_lib" / "data"


def write_csv(path: Path, rows: list[dict]) -> None:
    """Write a table whole or not at all, and print its size."""
    text = pd.DataFrame(rows).to_csv(index=False, lineterminator="\n")
    write_whole(path, text)
    print(f"{path.name}: {len(rows)} rows, {len(text.encode()) / 1000:.0f} kB")
