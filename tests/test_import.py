"""Importing and using the library prints nothing."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "use",
    [
        "",
        "t2b.Boxes([0.0], [1.0]).to_box_tensor()",
        "t2b.taxonomy.imagenet_instruments()",
        "t2b.BoxPlayground",
    ],
)
def test_nothing_is_printed(use):
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", f"import t2b_lib as t2b; {use}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == done.stderr == ""
