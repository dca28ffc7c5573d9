"""The reader of the shipped tables."""

import pandas as pd

from t2b_lib.data import read_table


def test_an_empty_cell_is_nan_among_numbers_and_empty_text_among_text():
    table = read_table("paper_f1")
    assert list(table) == [
        *("collection", "method", "box_dim", "representation", "training_share"),
        *("existing", "novel"),
    ]  # the comment above the header is left out
    random = table[table["method"] == "Random"].iloc[0]
    assert pd.isna(random["box_dim"]) and random["representation"] == ""
    assert table["existing"].dtype == float


def test_codes_keep_their_zeros_as_text():
    offsets = read_table("wordnet_hypernyms", dtype=str)["offset"]
    assert offsets.iloc[0] == "00001740"
    species = read_table("inat_cub_species", dtype=str)
    assert set(species["inaturalist"].map(type)) == {str} and "" in set(species["inaturalist"])
