"""Public image classification datasets and their classes, without a network."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import pandas as pd
import torch
from safetensors.torch import load_file
from torch import Tensor

from t2b_lib.data import read_table
from t2b_lib.representation.text import embed_texts

COLUMNS = ["name", "hub_id", "samples", "classes", "licence", "url", "field", "source"]


def catalogue() -> pd.DataFrame:
    """The shipped catalogue of public image classification datasets, sorted by name.

    Its columns are:

    - ``name``: unique.
    - ``hub_id``: its name on the Hugging Face hub ("owner/name"), "" where none was confirmed.
    - ``samples``: number of images in the labelled splits as its source counts
      them; some sources round.
    - ``classes``: names of its classes, a tuple of str, at least two. iNaturalist's
      species have their common names where these are known.
    - ``licence``: in the hub's spelling ("cc-by-4.0"), "" where no source names one.
    - ``url``: home page, or page on the hub.
    - ``field``: the broad subject ("animals", "medical", "remote sensing", ...).
    - ``source``: where the classes, samples, licence and hub id come from, "; " between them.

    ``t2b_lib/data/README.md`` says how the table is made. Some datasets have the same classes
    (ImageNet-1k and ImageNetV2, MNIST and SVHN): their labels alone cannot tell them apart.
    """
    facts = read_table("image_datasets", dtype=str)
    classes = read_table("image_dataset_classes", dtype=str).set_index("dataset")["classes"]
    names = {dataset: tuple(listed.split("|")) for dataset, listed in classes.items()}
    names["ImageNet-1k"] = tuple(read_table("imagenet_classes", dtype=str)["name"])
    species = read_table("inat_cub_species", dtype=str)
    species = species[species["inaturalist"] != ""]
    common = species["common_name"].where(species["common_name"] != "", species["species"])
    names["iNaturalist 2018"] = tuple(common)
    facts["classes"] = [
        names[same or name] for name, same in zip(facts["name"], facts["classes_of"], strict=True)
    ]
    return facts.astype({"samples": int})[COLUMNS]


def class_names(table: pd.DataFrame) -> list[str]:
    """The different names of classes in a catalogue, sorted."""
    return sorted({name for classes in table["classes"] for name in classes})


def names_digest(names: Sequence[str]) -> Tensor:
    """SHA-256 of a list of names: 32 bytes that the shipped vectors carry."""
    return torch.tensor(list(hashlib.sha256("\0".join(names).encode()).digest()), dtype=torch.uint8)


def embed_classes(names: Sequence[str]) -> Tensor:
    """Vectors of class names: MiniLM's, of the texts "A photo of ...".

    The vectors are float32, (len(names), 384), of length 1. Those of the catalogue's classes ship
    with the library, rounded to 8 bits. Only other names need the network; for these,
    ModuleNotFoundError and ValueError are raised as by `embed_texts`.
    """
    known, rounded = _shipped()
    new = [name for name in dict.fromkeys(names) if name not in known]
    vectors = rounded[[known.get(name, 0) for name in names]].float()
    if new:
        found = dict(zip(new, embed_texts([f"A photo of {name}" for name in new]), strict=True))
        for i, name in enumerate(names):
            if name in found:
                vectors[i] = found[name]
    return torch.nn.functional.normalize(vectors, dim=1)


@cache
def _shipped() -> tuple[dict[str, int], Tensor]:
    """The number of each class name of the catalogue, and the vectors in that order."""
    names = class_names(catalogue())
    kept = load_file(str(files("t2b_lib.data") / "class_vectors.safetensors"))
    if not torch.equal(kept["names"], names_digest(names)):
        raise ValueError(
            "class_vectors.safetensors belongs to another catalogue: run "
            "scripts/make_class_vectors.py"
        )
    return {name: i for i, name in enumerate(names)}, kept["vectors"]
