"""The pages that are no notebooks: the code in them runs as it stands."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

BOOK = Path(__file__).resolve().parents[1] / "book"


@pytest.mark.parametrize("page", ["faq.md"])
def test_the_code_on_a_page_runs(page, capsys):
    text = (BOOK / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```python\n(.*?)^ *```$", text, flags=re.M | re.S)
    assert blocks
    names = {}
    for block in blocks:
        exec(compile(dedent(block), page, "exec"), names)
