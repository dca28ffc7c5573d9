"""The datasets of a hierarchy of classes, and which of them lies inside which."""

from t2b_lib.taxonomy.authors import load_case
from t2b_lib.taxonomy.hierarchy import Taxonomy
from t2b_lib.taxonomy.inaturalist import inaturalist_cub, inaturalist_cub_counts
from t2b_lib.taxonomy.unicode import emoji
from t2b_lib.taxonomy.wordnet import imagenet, imagenet_instruments

__all__ = [
    "Taxonomy",
    "emoji",
    "imagenet",
    "imagenet_instruments",
    "inaturalist_cub",
    "inaturalist_cub_counts",
    "load_case",
]
