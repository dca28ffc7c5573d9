"""Public image classification datasets and their classes, without a network."""

from __future__ import annotations

import pandas as pd

from t2b_lib.data import read_table

COLUMNS = ["name", "hub_id", "samples", "classes", "licence", "url", "field", "source"]


def catalogue() -> pd.DataFrame:
    """The shipped catalogue of public image classification datasets, sorted by name.

    Returns
    -------
    pandas.DataFrame
        Columns:

        - ``name``: unique.
        - ``hub_id``: its name on the Hugging Face hub ("owner/name"), "" where none was confirmed.
        - ``samples``: number of images in the labelled splits as its source counts
          them; some sources round.
        - ``classes``: names of its classes, a tuple of str, at least two.
        - ``licence``: in the hub's spelling ("cc-by-4.0"), "" where no source names one.
        - ``url``: home page, or page on the hub.
        - ``field``: the broad subject ("animals", "medical", "remote sensing", ...).
        - ``source``: where the classes, samples, licence and hub id come from, "; " between them.

    Notes
    -----
    ``t2b_lib/data/README.md`` says how the table is made. Some datasets have the same classes
    (ImageNet-1k and ImageNetV2, MNIST and SVHN): their labels alone cannot tell them apart.
    """
    facts = read_table("image_datasets", dtype=str)
    classes = read_table("image_dataset_classes", dtype=str).set_index("dataset")["classes"]
    names = {dataset: tuple(listed.split("|")) for dataset, listed in classes.items()}
    names["ImageNet-1k"] = tuple(read_table("imagenet_classes", dtype=str)["name"])
    species = read_table("inat_cub_species", dtype=str)
    names["iNaturalist 2018"] = tuple(species["species"][species["inaturalist"] != ""])
    facts["classes"] = [
        names[same or name] for name, same in zip(facts["name"], facts["classes_of"], strict=True)
    ]
    return facts.astype({"samples": int})[COLUMNS]
