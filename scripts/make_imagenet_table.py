"""Make t2b_lib/data/imagenet_classes.csv and wordnet_hypernyms.csv.

    python scripts/make_imagenet_table.py --wordnet /usr/share/wordnet    # Debian's wordnet-base
    python scripts/make_imagenet_table.py                                 # NLTK's own corpus

Needs nltk, timm (the 1,000 WordNet offsets in label order) and open_clip_torch (the class names).
It must be WordNet 3.0, because ImageNet's identifiers are byte offsets in its files.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nltk
from nltk.corpus.reader import WordNetCorpusReader
from tables import DATA, write_csv


class PlainWordNet(WordNetCorpusReader):
    """WordNet from its original files, without NLTK's map to other versions."""

    def map_wn(self, version="wordnet"):
        return None


@contextlib.contextmanager
def open_wordnet(folder: Path | None) -> Iterator[WordNetCorpusReader]:
    """WordNet 3.0 from a folder of its original files, or NLTK's corpus where `folder` is None."""
    if folder is None:
        yield _version_3(nltk.corpus.wordnet)
        return
    if not (folder / "data.noun").is_file():
        raise FileNotFoundError(
            f"{folder} has no file data.noun: name the folder of WordNet 3.0's files."
        )
    with tempfile.TemporaryDirectory() as copy:
        # NLTK needs `lexnames`, which Debian leaves out, and reads only folders in its path.
        for file in folder.iterdir():
            if file.is_file():
                shutil.copy(file, copy)
        lexnames = Path(copy, "lexnames")
        if not lexnames.exists():
            lexnames.write_text("".join(f"{i:02d}\tunnamed\t0\n" for i in range(45)))
        nltk.data.path.append(copy)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                yield _version_3(PlainWordNet(copy, None))
        finally:
            nltk.data.path.remove(copy)


def _version_3(wordnet):
    if (version := wordnet.get_version()) != "3.0":
        raise ValueError(f"ImageNet needs WordNet 3.0, but this is WordNet {version}.")
    return wordnet


def readable(lemma: str) -> str:
    return lemma.replace("_", " ")


def class_rows(synsets: list) -> list[dict]:
    """One row per class in label order; a class name that occurs twice is replaced by its lemma."""
    from open_clip.zero_shot_metadata import IMAGENET_CLASSNAMES

    twice = {name for name, n in Counter(IMAGENET_CLASSNAMES).items() if n > 1}
    names = [
        readable(synset.lemma_names()[0]) if name in twice else name
        for name, synset in zip(IMAGENET_CLASSNAMES, synsets, strict=True)
    ]
    if len(set(names)) != len(names):
        raise ValueError(
            f"these class names occur twice: {[n for n, k in Counter(names).items() if k > 1]}"
        )
    return [
        {"label": label, "synset": synset.name(), "name": name}
        for label, (synset, name) in enumerate(zip(synsets, names, strict=True))
    ]


def hypernym_rows(synsets: list) -> list[dict]:
    """One row per class and per hypernym at any distance, in the order of WordNet's offsets."""
    above = set(synsets)
    for synset in synsets:
        above.update(synset.closure(lambda s: s.hypernyms()))
    return [
        {
            "synset": synset.name(),
            "offset": f"{synset.offset():08d}",
            "lemmas": "|".join(map(readable, synset.lemma_names())),
            "hypernyms": "|".join(sorted(h.name() for h in synset.hypernyms())),
        }
        for synset in sorted(above, key=lambda s: s.offset())
    ]


def main() -> None:
    from timm.data import ImageNetInfo

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordnet", type=Path, help="folder of WordNet 3.0's files")
    parser.add_argument("--out", type=Path, default=DATA)
    arguments = parser.parse_args()
    with open_wordnet(arguments.wordnet) as wordnet:
        synsets = [
            wordnet.synset_from_pos_and_offset(name[0], int(name[1:]))
            for name in ImageNetInfo("imagenet-1k").label_names()
        ]
        write_csv(arguments.out / "imagenet_classes.csv", class_rows(synsets))
        write_csv(arguments.out / "wordnet_hypernyms.csv", hypernym_rows(synsets))


if __name__ == "__main__":
    main()
