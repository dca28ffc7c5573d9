"""Public image classification datasets and their classes, without a network."""

from __future__ import annotations

import pandas as pd

from t2b_lib.data import read_table

COLUMNS = ["name", "hub_id", "samples", "classes", "licence", "url", "field", "source"]


def catalogue() -> pd.DataFrame:
    """The embedded catalogue of public image classification datasets, one row each, by name.

    Returns
    -------
    pandas.DataFrame
        Columns:

        - ``name``: what the dataset is called, unique.
        - ``hub_id``: its name on the Hugging Face hub ("owner/name"), "" where none was confirmed.
        - ``samples``: number of images in the labelled splits that its source counts; as round as
          the source's figure.
        - ``classes``: names of its classes, a tuple of str, at least two.
        - ``licence``: in the hub's spelling ("cc-by-4.0"), "" where no source names one.
        - ``url``: home page, or page on the hub.
        - ``field``: what it is of, broadly ("animals", "medical", "remote sensing", ...).
        - ``source``: where classes, samples, licence and hub id were read, "; " between them.

    Notes
    -----
    ``t2b_lib/data/README.md`` tells how the table is made. Some datasets have the same classes
    (ImageNet-1k and ImageNetV2, MNIST and SVHN): by labels alone these are one.
    """
    facts = read_table("image_datasets", dtype=str)
    names = {
        row["dataset"]: tuple(row["classes"].split("|"))
        for row in read_table("image_dataset_classes", dtype=str).to_dict("records")
    }
    names["ImageNet-1k"] = tuple(
        row["name"] for row in read_table("imagenet_classes", dtype=str).to_dict("records")
    )
    names["iNaturalist 2018"] = tuple(
        row["species"]
        for row in read_table("inat_cub_species", dtype=str).to_dict("records")
        if row["inaturalist"]
    )
    facts["classes"] = [
        names[same or name] for name, same in zip(facts["name"], facts["classes_of"], strict=True)
    ]
    return facts.astype({"samples": int})[COLUMNS]
