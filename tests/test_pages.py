"""The pages that are no notebooks: the code in them runs as it stands."""

import importlib.util
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


def test_the_page_of_the_api_is_what_its_script_makes():
    script = BOOK.parent / "scripts" / "make_api_page.py"
    spec = importlib.util.spec_from_file_location("make_api_page", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (BOOK / "api.md").read_text(encoding="utf-8")
    assert text == module.page(), "run python scripts/make_api_page.py"
