"""Which datasets a hierarchy of classes holds, and which of them lies inside which."""

from t2b_lib.taxonomy.authors import load_case
from t2b_lib.taxonomy.emoji import emoji
from t2b_lib.taxonomy.hierarchy import Taxonomy
from t2b_lib.taxonomy.imagenet import imagenet, imagenet_instruments
from t2b_lib.taxonomy.inaturalist import inaturalist_cub, inaturalist_cub_counts

__all__ = [
    "Taxonomy",
    "emoji",
    "imagenet",
    "imagenet_instruments",
    "inaturalist_cub",
    "inaturalist_cub_counts",
    "load_case",
]
