"""The Hugging Face map: public datasets related by the soft overlaps of their samples."""

from t2b_lib.hub.atlas import HubMap, Placement, target_volumes
from t2b_lib.hub.draw import map_page, save_map, show_map
from t2b_lib.hub.layout import LegibleBoxes, legibility
from t2b_lib.hub.overlap import CountedSamples, beyond_chance, calibrated_reach, soft_overlap
from t2b_lib.hub.public_datasets import catalogue, embed_classes
from t2b_lib.hub.rivals import NearestPairs, Nearness
from t2b_lib.hub.search import HubSamples, find_datasets, sample_hub

__all__ = [
    "CountedSamples",
    "HubMap",
    "HubSamples",
    "LegibleBoxes",
    "NearestPairs",
    "Nearness",
    "Placement",
    "beyond_chance",
    "calibrated_reach",
    "catalogue",
    "embed_classes",
    "find_datasets",
    "legibility",
    "map_page",
    "sample_hub",
    "save_map",
    "show_map",
    "soft_overlap",
    "target_volumes",
]
