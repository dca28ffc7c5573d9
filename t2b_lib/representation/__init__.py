"""Representations of datasets: moments of the vectors of their images, or Fisher information."""

from t2b_lib.moments import Moments, moments
from t2b_lib.representation.encoders import EmbeddedEncoder, OpenClipEncoder, efficientnet_lite0
from t2b_lib.representation.extraction import Extraction, extract
from t2b_lib.representation.fim import Probe, task2vec, task2vec_of
from t2b_lib.representation.own import own_images
from t2b_lib.representation.prototypes import (
    imagenet_prototypes,
    prototype_features,
    prototype_samples,
)
from t2b_lib.representation.sources import (
    ImageCollection,
    emoji_images,
    hub_images,
    image_folder,
    torchvision_images,
)
from t2b_lib.representation.text import embed_texts, label_features, label_samples

__all__ = [
    "EmbeddedEncoder",
    "Extraction",
    "ImageCollection",
    "Moments",
    "OpenClipEncoder",
    "Probe",
    "efficientnet_lite0",
    "embed_texts",
    "emoji_images",
    "extract",
    "hub_images",
    "image_folder",
    "imagenet_prototypes",
    "label_features",
    "label_samples",
    "moments",
    "own_images",
    "prototype_features",
    "prototype_samples",
    "task2vec",
    "task2vec_of",
    "torchvision_images",
]
