"""A trained network for a page: half-precision weights that ``js/forward.js`` evaluates."""

from __future__ import annotations

import base64

import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from t2b_lib.model import Task2Box
from t2b_lib.network import BatchNorm, Linear, Projection

_BATCH_NORM_EPSILON = 1e-5  # torch's default


def export_network(model: Task2Box) -> dict:
    """The network of a fitted model as JSON: layers of weights and biases in float16.

    The projection is part of the first layer, and each batch norm is part of the layer after it.

    The result has ``side`` (str) and ``layers``, a list of ``weight`` and ``bias``: base64 of
    little-endian float16, weights (out, in) row by row. The last layer has 2 d units. Where the
    projection adds lengths of pieces of the features, ``blocks`` are their sizes and ``centre`` is
    the mean, in float32; the first layer takes the lengths after the features. Raises
    NotFittedError.
    """
    check_is_fitted(model, "network_")
    network = model.network_
    layers: list[tuple[Tensor, Tensor]] = []
    # What happens to a layer's inputs before its weights: factor * (inputs - shift), or projection.
    before = torch.eye(network.in_features, dtype=torch.float64)
    shift = torch.zeros(len(before), dtype=torch.float64)
    lengths = {}
    if isinstance(network.inputs, Projection):
        projection = {
            name: value[0].double().cpu() for name, value in network.inputs.named_buffers()
        }
        before = projection["directions"].T
        shift = -before @ projection["centre"][0]
        if network.inputs.blocks:
            scale = 1 / projection["norm_scale"][0]
            before = torch.block_diag(before, torch.diag(scale))
            shift = torch.cat([shift, -scale * projection["norm_centre"][0]])
            centre = _base64(projection["centre"], "<f4")
            lengths = {"blocks": list(network.inputs.blocks), "centre": centre}
    heads = [
        torch.cat([getattr(head, name)[0].detach() for head in (network.lower, network.sides)])
        for name in ("weight", "bias")
    ]
    for part in [*network.backbone, None]:
        if isinstance(part, BatchNorm):
            scale = part.weight[0] / (part.variance[0] + _BATCH_NORM_EPSILON).sqrt()
            before = torch.diag(scale.detach().double().cpu())
            shift = (part.bias[0] - scale * part.mean[0]).detach().double().cpu()
        elif isinstance(part, Linear) or part is None:
            weight, bias = heads if part is None else (part.weight[0], part.bias[0])
            weight, bias = (value.detach().double().cpu() for value in (weight, bias))
            layers.append((weight @ before, bias.flatten() + weight @ shift))
    return {
        "side": network.settings["side"],
        "layers": [{"weight": _base64(w, "<f2"), "bias": _base64(b, "<f2")} for w, b in layers],
        **lengths,
    }


def _base64(values: Tensor, dtype: str) -> str:
    return base64.b64encode(values.numpy().astype(dtype).tobytes()).decode()
