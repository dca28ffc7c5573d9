"""Figures: shapes, colours and texts; names do not cover one another."""

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.patches import Rectangle

import t2b_lib as t2b
from t2b_lib import plots, tables
from t2b_lib.taxonomy import Taxonomy, analysis


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def rectangles(ax):
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def small_taxonomy():
    names = ["animals", "mammals", "dogs", "tools"]
    members = np.array(
        [[1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1]]
    )
    return Taxonomy(names, members, list("uvwxyz"))


def test_boxes_are_drawn_at_their_corners_large_ones_first():
    boxes = t2b.Boxes([[0.0, 0.0], [-1.0, -1.0]], [[1.0, 2.0], [3.0, 3.0]])
    outlines = [r for r in rectangles(plots.draw_boxes(boxes)) if not r.get_fill()]
    drawn = [(r.get_xy(), r.get_width(), r.get_height()) for r in outlines]
    assert drawn == [((-1, -1), 4, 4), ((0, 0), 1, 2)]


def test_names_do_not_cover_one_another():
    lower = torch.zeros(30, 2)
    boxes = t2b.Boxes(lower, lower + torch.linspace(1, 1.3, 30)[:, None])
    ax = plots.draw_boxes(boxes, [f"dataset {i}" for i in range(30)])
    extents = [text.get_window_extent() for text in ax.texts]
    assert 1 <= len(extents) < 30
    assert ax.texts[0].get_text() == "dataset 29"  # the largest box is named first
    for i, one in enumerate(extents):
        assert not any(one.overlaps(other) for other in extents[:i])


@pytest.mark.parametrize(
    ("boxes", "arguments", "message"),
    [
        (t2b.Boxes(torch.zeros(2, 3), torch.ones(2, 3)), {}, "only a list of 2-d boxes"),
        (t2b.Boxes([0.0, 0.0], [1.0, 1.0]), {}, "only a list of 2-d boxes"),
        (t2b.Boxes([[0.0, 0.0]], [[1.0, 1.0]]), {"names": ["a", "b"]}, "1 boxes, but 2 names"),
        (t2b.Boxes([[0.0, 0.0]], [[1.0, 1.0]]), {"dashed": []}, "1 boxes, but 0 dashed"),
    ],
)
def test_boxes_that_cannot_be_drawn_are_refused(boxes, arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.draw_boxes(boxes, **arguments)


def test_a_relation_shows_its_values_and_hatches_missing_ones():
    relation = np.array([[1.0, 0.25], [np.nan, 1.0]])
    ax = plots.draw_relation(relation, ["a", "b"])
    assert sorted(text.get_text() for text in ax.texts) == ["0.25", "1.00", "1.00"]
    assert ax.patch.get_hatch()
    assert not plots.draw_relation(np.eye(2)).patch.get_hatch()


def test_a_taxonomy_has_a_shelf_for_each_dataset_under_its_parent():
    ax = plots.draw_taxonomy(small_taxonomy())
    shelves = {(r.get_x(), r.get_width(), round(r.get_y())) for r in rectangles(ax)}
    assert shelves == {(0, 4, -1), (0, 3, -2), (0, 2, -3), (4, 2, -1)}


def test_branches_have_their_colours_and_novel_ones_a_dashed_outline():
    lower = torch.rand(4, 2)
    boxes = t2b.Boxes(lower, lower + 1)
    ax = plots.draw_branches(small_taxonomy(), boxes, ["mammals", "tools"], novel=[2])
    outlines = [r for r in rectangles(ax) if not r.get_fill()]
    colours = sorted(matplotlib.colors.to_hex(r.get_edgecolor()) for r in outlines)
    assert colours == sorted(c.lower() for c in [*plots.COLOURS[:1] * 2, plots.COLOURS[1]])
    assert sum(r.get_linestyle() != "-" for r in outlines) == 1
    with pytest.raises(ValueError, match="names 'birds', which is no dataset"):
        plots.draw_branches(small_taxonomy(), boxes, ["birds"])


def test_scores_show_every_case_and_the_papers():
    tasks = t2b.TaskCollection(
        [str(i) for i in range(20)], torch.eye(20), (torch.rand(20, 20) < 0.3).float()
    )
    results = t2b.run_protocol(
        tasks, [("Random", t2b.RandomGuess())], cases=3, novel=4, progress=False
    )
    paper = tables.paper_f1("ImageNet", "average")
    axes = plots.draw_scores(results, paper).axes
    for ax, part in zip(axes, ("existing", "novel"), strict=True):
        assert ax.patches[0].get_width() == pytest.approx(100 * results[part].mean())
        dots, diamonds = ax.collections
        assert sorted(dots.get_offsets()[:, 0]) == pytest.approx(sorted(100 * results[part]))
        assert diamonds.get_offsets()[0, 0] == pytest.approx(
            {"existing": 3.64, "novel": 5.02}[part]
        )


def test_history_draws_each_term():
    ax = plots.draw_history({"epoch": [0, 1], "overlap": [3.0, 2.0], "volume": [1.0, 1.0]})
    assert [line.get_label() for line in ax.lines] == ["overlap", "volume"]


def test_dimensions_show_the_mean_of_each_method():
    tasks = t2b.TaskCollection(
        [str(i) for i in range(20)], torch.eye(20), (torch.rand(20, 20) < 0.3).float()
    )
    methods = [
        ("Task2Box", t2b.Task2Box(box_dim=d, hidden=(4,), epochs=2, progress=False)) for d in (2, 5)
    ]
    results = t2b.run_protocol(tasks, methods, cases=2, novel=4, progress=False)
    axes = plots.draw_dimensions(tables.by_dimension(results)).axes
    (line,) = axes[1].lines
    assert line.get_xdata().tolist() == [2, 5]
    novel = results.groupby("box_dim")["novel"].mean()
    assert line.get_ydata() == pytest.approx(100 * novel.to_numpy())


def test_neighbourhoods_and_sizes_draw_their_tables():
    taxonomy = small_taxonomy()
    lower = torch.arange(4.0)[:, None] * torch.ones(2)
    boxes = t2b.Boxes(lower, lower + torch.tensor([[8.0], [4.0], [2.0], [8.0]]))
    lines = plots.draw_neighbourhoods(analysis.neighbourhood_distances(boxes, taxonomy)).lines
    assert [line.get_label() for line in lines] == ["embedding", "taxonomic"]
    assert all(line.get_ydata()[-1] == 1 for line in lines)
    ax = plots.draw_sizes(analysis.box_sizes(boxes, taxonomy))
    assert [line.get_ydata()[0] for line in ax.lines] == pytest.approx([8, 4, 2])


def test_a_figure_of_bokeh_needs_no_other_host():
    from bokeh.plotting import figure

    scatter = figure(tooltips="@name")
    scatter.scatter("x", "y", source={"x": [1], "y": [2], "name": ["<i>a</i>"]}, legend_label="b")
    shown = plots.show_bokeh(scatter, 'Dots & "names"').data
    assert 'title="Dots &amp; &quot;names&quot;"' in shown
    assert "&lt;script src" not in shown
    assert "&lt;i&gt;a" not in shown
