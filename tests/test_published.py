"""Where the book's source is published: "Open in Colab", and the downloads."""

import shutil
import subprocess

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import ROOT

from t2b_lib import __main__ as cli
from t2b_lib._published import launch_buttons, published_source

FORK = "https://github.com/someone/a-fork"


def git(folder, *arguments):
    done = subprocess.run(
        ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def commit(tmp_path):
    """The commit of a repository without a remote in the test's folder."""
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=one")
    return git(tmp_path, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("origin", "address"),
    [
        ("https://github.com/someone/a-fork.git", FORK),
        ("https://someone:secret@github.com/someone/a-fork", FORK),
        ("git@github.com:someone/a-fork.git", FORK),
        ("ssh://git@github.com/someone/a-fork.git", FORK),
        ("ssh://git@git.example:2222/group/part/book", "https://git.example/group/part/book"),
        ("https://git.example:8443/book/", "https://git.example:8443/book"),
    ],
)
def test_the_address_is_that_of_origin(tmp_path, commit, origin, address):
    git(tmp_path, "remote", "add", "origin", origin)
    assert published_source({}, tmp_path) == (address, commit)
    assert published_source({"repository": {"url": ""}}, tmp_path) == (address, commit)


def test_an_address_in_the_settings_comes_first(tmp_path, commit):
    git(tmp_path, "remote", "add", "origin", "https://git.example/book")
    named = {"repository": {"url": FORK, "branch": "main"}}
    assert published_source(named, tmp_path) == (FORK, commit)


def test_without_git_the_branch_stands_for_the_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert published_source({"repository": {"url": FORK}}, tmp_path) == (FORK, "HEAD")
    named = {"repository": {"url": FORK, "branch": "main"}}
    assert published_source(named, tmp_path) == (FORK, "main")
    assert published_source({}, tmp_path) == ("", "")


@pytest.mark.parametrize("origin", ["/srv/git/book", "../book", "file:///srv/git/book", None])
def test_a_repository_of_this_machine_is_no_address(tmp_path, commit, origin):
    if origin:
        git(tmp_path, "remote", "add", "origin", origin)
    assert published_source({}, tmp_path) == ("", "")


@pytest.mark.parametrize("address", ["", "https://git.example/someone/book", f"{FORK}/tree/main"])
def test_only_a_repository_on_github_gets_the_button(address):
    assert launch_buttons("book", address, "a-commit") == {}


def rendered(folder, small_book):
    """A book of one chapter with the install cell; its page, and the notebook behind its button."""
    chapter = nbformat.read(ROOT / "book" / "boxes.ipynb", as_version=4)
    [cell] = [c for c in chapter.cells if "install" in c.metadata.get("tags", ())]
    book = small_book(one=["print('ran')"])
    notebook = nbformat.read(book / "one.ipynb", as_version=4)
    notebook.cells.insert(1, cell)
    nbformat.write(notebook, book / "one.ipynb")
    shutil.copytree(ROOT / "book" / "_static", book / "_static")
    shutil.copy(ROOT / "book" / "references.bib", book)
    (book / "intro.md").write_text("# A small book\n\n```{bibliography}\n:all:\n```\n")
    shutil.copy(ROOT / "_config.yml", folder)
    assert cli.main(["run", "--root", str(folder), "--profile", "quick"]) == 0
    pages = cli.build(book, folder / "_config.yml").parent
    page = BeautifulSoup((pages / "one.html").read_text(), "html.parser")
    [downloaded] = {a["href"] for a in page.find_all("a", href=True) if ".ipynb" in a["href"]} - {
        a["href"] for a in page.find_all("a", href=True) if "colab" in a["href"]
    }
    return page, nbformat.read(pages / downloaded, as_version=4)


def test_a_page_opens_in_colab_at_the_commit_that_it_was_built_from(tmp_path, small_book, commit):
    git(tmp_path, "remote", "add", "origin", "git@github.com:someone/a-fork.git")
    page, notebook = rendered(tmp_path, small_book)
    buttons = {a["href"] for a in page.find_all("a", href=True) if "colab" in a["href"]}
    assert buttons == {
        f"https://colab.research.google.com/github/someone/a-fork/blob/{commit}/book/one.ipynb"
    }
    assert "Install the library" not in page.get_text()
    source = "\n".join(cell.source for cell in notebook.cells)
    assert f'address, commit = "{FORK}", "{commit}"' in source


def test_without_an_address_there_is_no_button(tmp_path, small_book):
    page, notebook = rendered(tmp_path, small_book)
    assert not [a["href"] for a in page.find_all("a", href=True) if "colab" in a["href"]]
    assert 'address, commit = "", ""' in "\n".join(cell.source for cell in notebook.cells)


@pytest.mark.parametrize("text", ["title: [", "- a list", "", "title: '\x00'"])
def test_settings_that_cannot_be_read(tmp_path, small_book, capfd, text):
    small_book(one=["1"])
    (tmp_path / "_config.yml").write_text(text)
    assert cli.main(["build", "--root", str(tmp_path)]) == 1
    message = capfd.readouterr().err
    assert message.startswith("error: ") and "_config.yml" in message
    assert "Traceback" not in message and message.count("\n") == 1


def test_the_books_own_settings_name_no_address():
    assert yaml.safe_load((ROOT / "_config.yml").read_text())["repository"] == {"url": ""}
