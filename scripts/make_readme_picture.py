"""Make the README's picture, book/_static/boxes.png: real boxes of ImageNet's instruments.

python scripts/make_readme_picture.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("agg")

import t2b_lib as t2b
from t2b_lib import plots

PICTURE = Path(__file__).parents[1] / "book" / "_static" / "boxes.png"
BRANCHES = ["musical instrument", "wheeled vehicle", "furniture", "vessel (watercraft)"]


def main():
    datasets = t2b.taxonomy.imagenet_instruments()
    features = t2b.representation.prototype_features(datasets, kind="average")
    tasks = t2b.TaskCollection(datasets.names, features, datasets.containment)
    split = t2b.split(tasks, novel=30, seed=0)
    boxes = t2b.Task2Box(box_dim=2).fit(tasks, split).embed(features)
    ax = plots.draw_branches(datasets, boxes, BRANCHES, novel=split.novel.tolist())
    ax.figure.savefig(PICTURE, dpi=110, bbox_inches="tight")


if __name__ == "__main__":
    main()
