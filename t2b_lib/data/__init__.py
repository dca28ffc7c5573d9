"""The small tables that ship with the library; README.md beside them names their sources."""

from importlib.resources import files

import pandas as pd


def read_table(name: str, dtype: type | None = None) -> pd.DataFrame:
    """One of the shipped tables, by the name of its file without ".csv".

    With `dtype` str every column is text, so that codes keep their leading zeros. Left out, columns
    of numbers become numbers. An empty cell is NaN in a column of numbers and "" in a column of
    text. Lines that begin with # are left out.
    """
    with (files(__name__) / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        # Names such as "None" and "NA" are text.
        table = pd.read_csv(file, comment="#", dtype=dtype, keep_default_na=False, na_values=[""])
    texts = table.select_dtypes(exclude="number").columns
    return table.fillna(dict.fromkeys(texts, ""))
