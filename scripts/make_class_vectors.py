"""Make t2b_lib/data/class_vectors.safetensors: a vector of each class name of the catalogue.

    python scripts/make_class_vectors.py

The packaged MiniLM embeds "A photo of ..." once for each different name; each vector is divided by
its largest coordinate and rounded to 8 bits. Takes about two minutes on one core.
"""

import torch
from safetensors.torch import save
from tables import DATA

from t2b_lib.hub import catalogue
from t2b_lib.hub.public_datasets import class_names, names_digest
from t2b_lib.representation import embed_texts
from t2b_lib.store import write_whole


def main() -> None:
    names = class_names(catalogue())
    vectors = embed_texts([f"A photo of {name}" for name in names])
    rounded = (127 * vectors / vectors.abs().amax(1, keepdim=True)).round().to(torch.int8)
    kept = torch.nn.functional.normalize(rounded.float(), dim=1)
    path = DATA / "class_vectors.safetensors"
    write_whole(path, save({"names": names_digest(names), "vectors": rounded}))
    least = (kept * vectors).sum(1).min()
    print(f"{path.name}: {len(names):,} names, {path.stat().st_size / 1e6:.2f} MB")
    print(f"least cosine between a vector and its rounded one: {least:.5f}")


if __name__ == "__main__":
    main()
