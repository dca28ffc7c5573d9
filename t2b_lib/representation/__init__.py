"""What each dataset looks like: vectors of its samples, summed up by their moments."""

from t2b_lib.representation.moments import moments
from t2b_lib.representation.prototypes import imagenet_prototypes, prototype_features
from t2b_lib.representation.text import embed_texts, label_features

__all__ = ["embed_texts", "imagenet_prototypes", "label_features", "moments", "prototype_features"]
