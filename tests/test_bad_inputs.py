"""One table of bad inputs: each argument of the public functions gets what it cannot be.

A row gives one argument another type, shape or value. The error must name the argument (or say one
of the words in `SAYS`) and must not come from inside a dependency. Rows in `MEANT` are accepted.
"""

import functools

import numpy as np
import pandas as pd
import pytest
import torch

import t2b_lib as t2b
from t2b_lib import affinity, hub, taxonomy
from t2b_lib.collection import leave_out
from t2b_lib.evaluation import misaligned_spearman, score_affinities
from t2b_lib.moments import moments
from t2b_lib.plots import draw_boxes
from t2b_lib.protocol import random_case
from t2b_lib.representation import embed_texts
from t2b_lib.tables import beside_paper, by_dimension, paper_f1, shipped_results, summary

NAN, INF = float("nan"), float("inf")
ERRORS = (ValueError, TypeError, OSError, MemoryError)
INTERNALS = (
    "NoneType",
    "object has no attribute",
    "object is not",
    "not supported between",
    "unsupported operand",
    "unexpected keyword",
    "expected Tensor",
    "must be real number",
    "could not convert",
    "not implemented for",
    "invalid literal",
    "size mismatch",
    "positional argument",
    "Boolean value of",
    "index out of",
    "cannot be multiplied",
    "Expected",
)

# What an argument of a kind cannot be.
WHOLE = [-1, 1.5, "3", None, NAN, True, [1], 2**70]
NUMBER = [-1.0, NAN, INF, "1", None, [0.1], True]
TEXT = [None, 5, "no such choice", ["a"], b"a", ""]
FLAG = [None, "no", 1, [True]]
OBJECT = [None, "x", 5, [1, 2], {"a": 1}, pd.DataFrame()]
ARRAY = [None, "abc", 5, [["a", "b"]], [[1.0], [2.0, 3.0]], [[NAN, 1.0]], {"a": 1}, object()]
PAIRS = [None, "ab", [[0.5, 1.0]], [[0, 99]], [[-1, 0]], [[0, 1, 2]], [0, 1], [[NAN, 0]]]
SEQUENCE = [None, "abc", 5, object()]


def optional(kind):
    """The same kind where None says that the argument is left out."""
    return [value for value in kind if value is not None]


@functools.cache
def tasks():
    relation = (torch.rand(12, 12, generator=torch.Generator().manual_seed(0)) < 0.4).float()
    features = torch.rand(12, 4, generator=torch.Generator().manual_seed(1)) + 0.1
    return t2b.TaskCollection([f"d{i}" for i in range(12)], features, relation)


@functools.cache
def case():
    return t2b.split(tasks(), novel=3)


def task2box(**changes):
    settings = {"hidden": (4,), "epochs": 2, "parts": 0, "teacher": None, "progress": False}
    return t2b.Task2Box(**settings | changes)


@functools.cache
def fitted():
    return task2box().fit(tasks(), case())


@functools.cache
def mlp():
    return t2b.PairwiseMLP((4,), epochs=1, progress=False).fit(tasks(), case())


@functools.cache
def cosine():
    return t2b.AsymmetricCosine().fit(tasks(), case())


def boxes(n=5, d=2):
    lower = torch.rand(n, d, generator=torch.Generator().manual_seed(0))
    return t2b.Boxes(lower, lower + 0.5)


def samples():
    random = torch.Generator().manual_seed(0)
    return [torch.randn(6, 3, generator=random) + i for i in range(4)]


def facts():
    columns = {"licence": "", "classes": [("a",)] * 5, "url": np.nan}
    return pd.DataFrame({"name": list("abcde"), "samples": range(1, 6), **columns})


def transfers():
    rows = [((a,), b, 0.1 + 0.1 * (a != b), 1) for a in "abc" for b in "abc"]
    return pd.DataFrame(rows, columns=["sources", "target", "affinity", "order"])


@functools.cache
def results():
    return shipped_results("imagenet")


def settings_of(make, values):
    """A row for each hyper-parameter, which is refused when the model is fitted."""

    def fit(**settings):
        return make(**settings).fit(tasks(), case())

    return fit, {}, values


WHOLE_0 = [value for value in WHOLE if value != 0]
NETWORK = {
    "hidden": [None, 5, "64", (0,), (-4,), (1.5,), ("a",), (NAN,)],
    "epochs": [0, *WHOLE],
    "learning_rate": [0.0, *NUMBER],
    "seed": WHOLE_0,
    "device": [None, 5, "gpu", ""],
    "progress": FLAG,
}
# Function, its arguments that are right, and for each argument what is wrong.
TABLE = {
    "TaskCollection": (
        t2b.TaskCollection,
        {"names": ["a", "b"], "features": [[1.0], [2.0]], "relation": [[1.0, 0.0], [0.0, 1.0]]},
        {
            "names": [*SEQUENCE, ["a"], ["a", "a"], ["a", "b", "c"], []],
            "features": [*ARRAY, torch.ones(3, 1), torch.ones(2, 0), [[1.0], [INF]]],
            "relation": [
                None,
                "abc",
                5,
                [["a"]],
                [[1.0], [0.0, 1.0]],
                object(),
                torch.ones(2, 3),
                [[1.0, 2.0], [0.0, 1.0]],
                [[1.0, -0.1], [0.0, 1.0]],
                torch.ones(3, 3),
            ],
            "samples": ["x", 5, [1.0]],
        },
    ),
    "Split": (
        t2b.Split,
        {name: torch.zeros(1, dtype=torch.long) for name in ("existing", "novel")}
        | {name: [[0, 1]] for name in ("train", "validation", "test", "novel_pairs")},
        {name: [None, "ab", [0.5], [[0, 1]], [["a"]]] for name in ("existing", "novel")}
        | {
            name: [None, "ab", [[0.5, 1.0]], [[0, 1, 2]], [0, 1], [[NAN, 0]], [[-1, 0]]]
            for name in ("train", "validation", "test", "novel_pairs")
        },
    ),
    "split": (
        lambda **given: t2b.split(**{"tasks": tasks()} | given),
        {},
        {
            "tasks": OBJECT,
            "novel": [*WHOLE, 11, 99],
            "seed": WHOLE_0,
            "fractions": [
                None,
                5,
                "abc",
                (0.8,),
                (0.8, 0.1, 0.2),
                (-0.1, 0.5, 0.5),
                (NAN, 0.1, 0.1),
                ("a", "b", "c"),
                (0.1, 0.1),
                (INF, 0, 0),
            ],
        },
    ),
    "leave_out": (
        lambda **given: leave_out(**{"tasks": tasks()} | given),
        {},
        {"tasks": OBJECT, "novel": [None, "abc", 5, [99], [-1]]},
    ),
    "random_case": (
        lambda **given: random_case(**{"tasks": tasks()} | given),
        {},
        {
            "tasks": OBJECT,
            "novel": [*WHOLE, 11],
            "seed": WHOLE_0,
            "datasets": [*optional(WHOLE), 1, 13],
        },
    ),
    "run_protocol": (
        lambda **given: t2b.run_protocol(
            **{
                "tasks": tasks(),
                "methods": [("a", t2b.RandomGuess())],
                "cases": 1,
                "progress": False,
            }
            | given
        ),
        {},
        {
            "tasks": OBJECT,
            "methods": [None, 5, "abc", [], [("a", None)], [("a", 5)]],
            "cases": [0, *WHOLE],
            "novel": [*WHOLE, 99],
            "fractions": [None, 5, (0.8,), (NAN, 0.1, 0.1), (0.9, 0.9, 0.9)],
            "datasets": [*optional(WHOLE), 1, 13],
            "about": ["abc", 5, [1], {"method": "a"}, {"case": 1}],
            "path": [5, ["a"], 1.5],
            "together": [0, *WHOLE],
            "progress": FLAG,
        },
    ),
    "evaluate": (
        lambda **given: t2b.evaluate(
            **{"model": fitted(), "tasks": tasks(), "split": case()} | given
        ),
        {},
        {"tasks": OBJECT, "split": OBJECT},
    ),
    "score_affinities": (
        lambda **given: score_affinities(
            **{"model": fitted(), "tasks": tasks(), "split": case()} | given
        ),
        {},
        {"tasks": OBJECT, "split": OBJECT},
    ),
    "misaligned_spearman": (
        lambda **given: misaligned_spearman(
            **{"model": fitted(), "tasks": tasks(), "split": case()} | given
        ),
        {},
        {"tasks": OBJECT, "split": OBJECT, "seed": WHOLE_0},
    ),
    "Task2Box": settings_of(
        task2box,
        NETWORK
        | {
            "box_dim": [0, *WHOLE],
            "loss": TEXT,
            "side": TEXT,
            "project": FLAG,
            "ranks": FLAG,
            "relabel": FLAG,
            "decay": FLAG,
            "norms": FLAG,
            "parts": WHOLE,
            "noise": NUMBER,
            "distance_weight": NUMBER,
            "regularity_weight": NUMBER,
            "inverse_volume_weight": NUMBER,
            "size_weight": NUMBER,
            "attraction": [0.0, *NUMBER],
            "teacher": ["teacher", 5, [1]],
        },
    ),
    "PairwiseMLP": settings_of(
        lambda **given: t2b.PairwiseMLP(**{"hidden": (4,), "epochs": 1, "progress": False} | given),
        NETWORK | {"batch_size": [0, *WHOLE]},
    ),
    "PairwiseLinear": settings_of(
        lambda **given: t2b.PairwiseLinear(**{"epochs": 1, "progress": False} | given),
        {name: NETWORK[name] for name in ("epochs", "learning_rate", "seed", "device")},
    ),
    "KLDivergence": settings_of(t2b.KLDivergence, {"kind": TEXT, "floor": NUMBER}),
    "AsymmetricCosine": settings_of(
        t2b.AsymmetricCosine,
        {"alpha": [NAN, INF, "1", None, [0.1]], "trivial": ["median", None, [1.0], torch.ones(2)]},
    ),
    "RandomGuess": settings_of(t2b.RandomGuess, {"seed": WHOLE_0}),
    "Ensemble": settings_of(
        lambda **given: t2b.Ensemble(**{"model": task2box(), "size": 1} | given),
        {"model": ["x", 5, t2b.RandomGuess()], "size": [0, *WHOLE], "seed": WHOLE_0},
    ),
    "Task2Box.fit": (
        lambda **given: task2box().fit(**{"tasks": tasks()} | given),
        {},
        {
            "tasks": OBJECT,
            "split": [*optional(OBJECT)],
            "volumes": [*optional(ARRAY), torch.ones(3), -torch.ones(12), torch.full((12,), NAN)],
        },
    ),
    "another collection's split": (
        lambda split: task2box().fit(tasks(), split),
        {},
        {"split": [t2b.Split([0, 50], [], [[0, 50]], [[0, 50]], [[0, 50]], [])]},
    ),
    **{
        f"{name}.predict": (
            lambda make=make, **given: make().predict(
                **{"features": tasks().features, "pairs": [[0, 1]]} | given
            ),
            {},
            {"pairs": PAIRS, "features": [None, "abc", 5, [["a"]], [[1.0], [2.0, 3.0]]]},
        )
        for name, make in {"Task2Box": fitted, "MLP": mlp, "cosine": cosine}.items()
    },
    "embed": (
        lambda features: fitted().embed(features),
        {},
        {"features": [*ARRAY, torch.ones(2, 7), torch.full((2, 4), NAN), torch.ones(4)]},
    ),
    "from_recipe": (t2b.Task2Box.from_recipe, {}, {"recipe": TEXT}),
    "Boxes": (
        t2b.Boxes,
        {"lower": [[0.0]], "upper": [[1.0]]},
        {
            side: [
                None,
                "abc",
                [["a"]],
                [[1.0], [2.0, 3.0]],
                {"a": 1},
                object(),
                [],
                5,
                torch.ones(2, 3),
            ]
            for side in ("lower", "upper")
        },
    ),
    **{
        f.__name__: (
            lambda f=f, **given: f(**{"a": boxes(), "b": boxes()} | given),
            {},
            {"a": OBJECT, "b": OBJECT} | more,
        )
        for f, more in (
            (t2b.overlap, {"soft": FLAG, "volume_temperature": [0.0, *NUMBER]}),
            (t2b.intersection, {"temperature": NUMBER}),
        )
    },
    "pairwise_overlap": (
        lambda **given: t2b.pairwise_overlap(**{"boxes": boxes()} | given),
        {},
        {"boxes": OBJECT, "others": optional(OBJECT), "soft": FLAG},
    ),
    "volume": (t2b.volume, {}, {"boxes": OBJECT}),
    "log_volume": (t2b.log_volume, {}, {"boxes": OBJECT}),
    "soft_overlap": (
        lambda **given: hub.soft_overlap(**{"samples": samples(), "progress": False} | given),
        {},
        {
            "samples": [
                *SEQUENCE,
                [],
                [torch.ones(2)],
                [torch.ones(0, 3)],
                [torch.ones(2, 3), torch.ones(2, 4)],
                [torch.full((2, 3), NAN)],
                [torch.full((2, 3), 1e155, dtype=torch.float64)],
                [["a"]],
            ],
            "within": TEXT,
            "reach": optional(NUMBER),
            "tile": [0, *optional(WHOLE)],
            "device": [None, 5, "gpu"],
            "progress": FLAG,
        },
    ),
    "calibrated_reach": (
        lambda **given: hub.calibrated_reach(**{"samples": samples()} | given),
        {},
        {"samples": [*SEQUENCE, []], "chance": [0.0, 1.0, *NUMBER], "seed": WHOLE_0},
    ),
    "target_volumes": (
        lambda **given: hub.target_volumes(**{"sizes": [1, 10, 100]} | given),
        {},
        {
            "sizes": ["abc", [], [0], [-1], [NAN], [INF], ["a"], [None]],
            "smallest": [0.0, 2.0, *NUMBER],
            "largest": [0.0, *NUMBER],
        },
    ),
    "map_page": (
        lambda **given: hub.map_page(**{"boxes": boxes(), "table": facts()} | given),
        {},
        {
            "boxes": [*OBJECT, boxes(5, 3), boxes(0)],
            "table": [None, "x", 5, [1], pd.DataFrame(), facts()[:3]],
            "overlap": ["abc", 5, torch.ones(3, 3), torch.full((5, 5), 7.0), [["a"]]],
            "title": [None, 5, ["a"]],
            "placed": [None, "ab", 5, [99], [-1]],
            "height": [0, *WHOLE],
        },
    ),
    "find_datasets": (
        hub.find_datasets,
        {},
        {
            "task": [None, 5, ["a"]],
            "search": [5, ["a"]],
            "min_samples": optional(WHOLE),
            "max_samples": optional(WHOLE),
            "licences": ["mit", 5],
            "gated": ["no", 5],
            "limit": [0, *optional(WHOLE)],
        },
    ),
    "sample_hub": (
        lambda **given: hub.sample_hub(
            **{"hub_ids": ["a/b"], "n": 1, "encode": len, "load": len, "cache": "x"} | given
        ),
        {},
        {
            "hub_ids": [None, "a/b", 5, [""], [None]],
            "n": [0, *WHOLE],
            "encode": [None, "x", 5],
            "load": [None, "x", 5],
            "cache": [None, 5, ["a"]],
            "key": ["x", 5],
            "seed": WHOLE_0,
        },
    ),
    "moments": (
        lambda **given: moments(
            **{"vectors": torch.ones(3, 2), "members": torch.ones(1, 3).bool()} | given
        ),
        {},
        {
            "vectors": [None, "abc", 5, torch.ones(2), torch.full((3, 2), NAN), torch.ones(4, 2)],
            "members": [None, "abc", 5, torch.zeros(1, 3).bool(), torch.ones(1, 4).bool()],
            "kind": TEXT,
        },
    ),
    "embed_texts": (embed_texts, {}, {"texts": [None, "abc", 5, [None], ["a", 5], [b"a"]]}),
    "ahp": (
        lambda **given: affinity.ahp(**{"win_rates": [[0.5, 0.6], [0.4, 0.5]]} | given),
        {},
        {
            "win_rates": [
                None,
                "abc",
                5,
                [],
                [["a"]],
                [[0.5]],
                [[0.5, NAN], [0.4, 0.5]],
                [[0.5, 7], [0.4, 0.5]],
                [[0.5, 0.9], [0.9, 0.5]],
                torch.ones(2, 3),
            ],
            "clip": [0.0, 0.5, *NUMBER],
        },
    ),
    "rescale": (
        lambda **given: affinity.rescale(**{"affinity": [0.1]} | given),
        {},
        {"affinity": [-1.0, "abc", [-0.1], ["a"]], "k": [0.0, *NUMBER]},
    ),
    "restore": (
        lambda **given: affinity.restore(**{"rescaled": [0.1]} | given),
        {},
        {"k": [0.0, *NUMBER]},
    ),
    "transfer_policy": (
        lambda **given: affinity.transfer_policy(**{"transfers": transfers(), "budget": 2} | given),
        {},
        {
            "transfers": [None, "x", 5, [1], pd.DataFrame()],
            "budget": NUMBER,
            "targets": ["abc", 5, ["z"]],
            "sources": ["abc", 5, ["z"]],
            "costs": ["abc", 5, {"z": 1}, {"a": -1}, {"a": NAN}],
            "importance": ["abc", 5, {"z": 1}, {"a": -1}, {"a": INF}],
        },
    ),
    "load_affinities": (
        affinity.load_affinities,
        {},
        {
            "source": TEXT,
            "variant": TEXT,
            "order": [0, *optional(WHOLE)],
            "data_dir": [5, "nowhere"],
        },
    ),
    "load_win_rates": (
        affinity.load_win_rates,
        {},
        {"source": TEXT, "variant": TEXT, "order": [0, *optional(WHOLE)]},
    ),
    "summary": (summary, {}, {"results": [None, "x", 5, [1]]}),
    "by_dimension": (by_dimension, {}, {"results": [None, "x", 5, [1]]}),
    "beside_paper": (
        lambda **given: beside_paper(
            **{"results": results(), "paper": paper_f1("ImageNet", "average")} | given
        ),
        {},
        {"results": [None, "x", 5], "paper": [None, "x", 5], "percent": FLAG},
    ),
    "paper_f1": (
        lambda **given: paper_f1(**{"collection": "ImageNet", "representation": "average"} | given),
        {},
        {"collection": TEXT, "representation": TEXT, "training_share": NUMBER},
    ),
    "shipped_results": (shipped_results, {}, {"name": ["", "no such"]}),
    "Taxonomy": (
        lambda **given: taxonomy.Taxonomy(
            **{"names": ["a"], "members": [[True, True]], "leaves": ["x", "y"]} | given
        ),
        {},
        {
            "names": [[], ["a", "b"], ["a", "a"]],
            "members": [[[True]], [[False, False]], [[True] * 3]],
            "leaves": [["x"], ["x", "x"]],
            "labels": [["x"]],
            "levels": [["x", "y"]],
        },
    ),
    "draw_boxes": (draw_boxes, {}, {"boxes": OBJECT}),
}
# Accepted by design: function, argument, value, and why.
MEANT = [
    ("Task2Box", "epochs", np.int64(2), "a whole number of NumPy"),
    ("Task2Box", "hidden", [4], "a list of widths"),
    ("Task2Box", "hidden", (), "linear heads"),
    ("Task2Box", "project", np.True_, "a truth value of NumPy"),
    ("Task2Box", "noise", 0, "no noise, as a whole number"),
    ("Task2Box", "size_weight", np.float32(1), "a number of NumPy"),
    ("AsymmetricCosine", "alpha", -0.1, "the sign of alpha is a choice"),
    ("KLDivergence", "floor", 0, "no floor"),
    ("Task2Box.predict", "pairs", [[0, 1], [2, 3]], "pairs as lists"),
    ("Task2Box.predict", "pairs", [], "no pair has no relation"),
    ("Task2Box.predict", "pairs", [[3, 3]], "a dataset lies in itself"),
    ("Task2Box.predict", "features", np.ones((2, 4)), "an array of NumPy"),
    ("embed", "features", pd.DataFrame(np.ones((2, 4))), "a DataFrame"),
    ("embed", "features", [[1, 2, 3, 4]], "nested lists of whole numbers"),
    ("split", "novel", 0, "no novel datasets"),
    ("split", "fractions", [0.4, 0.1, 0.1], "a list, and less than all pairs"),
    ("TaskCollection", "names", pd.Index(["a", "b"]), "names of a DataFrame"),
    ("TaskCollection", "names", [1, 2], "names are made text"),
    ("TaskCollection", "relation", [[NAN, NAN], [0.0, 1.0]], "NaN: not measured"),
    ("soft_overlap", "reach", 0, "only equal samples count"),
    ("soft_overlap", "samples", {"a": torch.ones(2, 3), "b": torch.zeros(1, 3)}, "samples by name"),
    ("map_page", "overlap", np.full((5, 5), NAN), "NaN: not measured"),
    ("map_page", "placed", (1,), "a tuple"),
    ("volume", "boxes", t2b.Boxes([[1.0]], [[0.0]]), "an empty box has volume 0"),
    ("rescale", "affinity", [NAN], "NaN: not measured"),
    ("restore", "rescaled", [2.0], "numbers of 1 or more become the largest below 1"),
    ("transfer_policy", "budget", 2.5, "labels may cost fractions"),
    ("run_protocol", "about", {"year": 2024}, "values of columns are made text"),
]
# Words that an error says where it does not name the argument.
SAYS = {
    "TaskCollection.names": "names|datasets|each name",
    "soft_overlap.samples": "samples|dataset",
    "calibrated_reach.samples": "samples|dataset",
    "cosine.predict.features": "features|pairs",
    "sample_hub.hub_ids": "hub_ids|hub id",
    "ahp.win_rates": "win_rates|win rates",
    "rescale.affinity": "affinity|affinities",
    "transfer_policy.targets": "target",
    "transfer_policy.sources": "source",
    "transfer_policy.costs": "cost",
    "transfer_policy.importance": "importance",
    "shipped_results.name": "no results called",
    "Taxonomy.leaves": "leaves|class names",
}


def rows():
    for function, (call, right, wrong) in TABLE.items():
        for argument, values in wrong.items():
            for number, value in enumerate(values):
                yield pytest.param(
                    function, call, right, argument, value, id=f"{function}-{argument}-{number}"
                )


@pytest.mark.parametrize(("function", "call", "right", "argument", "value"), rows())
def test_bad_input(function, call, right, argument, value):
    with pytest.raises(ERRORS) as caught:
        call(**right | {argument: value})
    said = str(caught.value)
    assert any(word in said for word in SAYS.get(f"{function}.{argument}", argument).split("|"))
    assert not [word for word in INTERNALS if word in said]


@pytest.mark.parametrize(
    ("function", "argument", "value"), [pytest.param(*row[:3], id=row[3]) for row in MEANT]
)
def test_accepted_by_design(function, argument, value):
    call, right, _ = TABLE[function]
    call(**right | {argument: value})


def test_the_table_is_long():
    refused = len(list(rows()))
    print(f"{refused} clear errors, {len(MEANT)} accepted by design")
    assert refused >= 400
