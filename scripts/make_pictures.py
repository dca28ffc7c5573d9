"""Make the pictures of the README and of the book's first page from trained models.

    python scripts/make_pictures.py

In book/_static, boxes.png shows branches of ImageNet's instruments; map.png the map by labels of
the chapter hub_map; two_boxes.png two boxes; emoji.png a few drawings of emoji, a row for each
dataset; tasks.png how much each task helps each other one, as measured in rendered rooms.
"""

from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt

import t2b_lib as t2b
from t2b_lib import plots
from t2b_lib.affinity.figures import picture

STATIC = Path(__file__).parents[1] / "book" / "_static"
BRANCHES = ["musical instrument", "wheeled vehicle", "furniture", "vessel (watercraft)"]
OTHERS = "#9a9a9a"


def main():
    for name, draw in {"boxes": instruments, "map": public_datasets}.items():
        ax = draw()
        ax.figure.savefig(STATIC / f"{name}.png", dpi=110, bbox_inches="tight")
    for name, draw in {"two_boxes": two_boxes, "emoji": emoji, "tasks": tasks}.items():
        (STATIC / f"{name}.png").write_bytes(picture(draw()))


def instruments():
    datasets = t2b.taxonomy.imagenet_instruments()
    samples = t2b.representation.prototype_samples(datasets, kind="average")
    tasks = t2b.TaskCollection.from_samples(datasets.names, samples, datasets.containment)
    split = t2b.split(tasks, novel=30, seed=0)
    boxes = t2b.Task2Box(regularity_weight=1e3).fit(tasks, split).embed(tasks.features)
    return plots.draw_branches(datasets, boxes, BRANCHES, novel=split.novel.tolist())


def public_datasets():
    table = t2b.hub.catalogue()
    samples = [t2b.hub.embed_classes(classes) for classes in table.classes]
    first = t2b.Task2Box.from_recipe("plain", regularity_weight=3e3, distance_weight=0.05)
    model = t2b.hub.LegibleBoxes(first, epochs=600)
    reach = t2b.hub.calibrated_reach(samples)
    boxes = t2b.hub.HubMap(model, reach=reach).fit(table, samples).boxes_
    # The last of the colours is a grey, like that of the others.
    colour = dict(zip(table.field.value_counts().index, plots.COLOURS[:7], strict=False))
    _, ax = plt.subplots(figsize=(9, 8))
    colours = [colour.get(field, OTHERS) for field in table.field]
    legend = colour | {"others": OTHERS}
    return plots.draw_boxes(boxes, list(table.name), colours=colours, legend=legend, ax=ax)


def two_boxes():
    ax = plots.new_axes(4, 3)
    boxes = t2b.Boxes([[0.1, 0.3], [0.3, 0.1]], [[0.4, 0.5], [0.9, 0.7]])
    plots.draw_boxes(boxes, ["guitars", "instruments"], ax=ax)
    ax.axis("off")
    return ax.figure


def emoji(rows=("food-fruit", "animal-mammal", "transport-ground"), of_row=4):
    images, datasets = t2b.representation.emoji_images(side=128), t2b.taxonomy.emoji()
    figure, axes = plt.subplots(len(rows), of_row, figsize=(4, 3), layout="constrained")
    for name, row in zip(rows, axes, strict=True):
        drawings = images.of_classes(datasets.members_of(name)).sample(of_row, seed=0)
        for ax, (image, _) in zip(row, drawings, strict=True):
            ax.imshow(image)
            ax.axis("off")
    return figure


def tasks():
    relation = t2b.affinity.load_affinities("measured").relation
    figure, ax = plt.subplots(figsize=(4, 3), layout="constrained")
    ax.imshow(t2b.affinity.rescale(relation), cmap="Blues", aspect="auto")
    ax.axis("off")
    return figure


if __name__ == "__main__":
    main()
