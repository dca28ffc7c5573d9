"""Where the source of the rendered pages is published: for "Open in Colab" and the downloads."""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

_SSH = re.compile(r"(?:ssh://)?git@([^/:]+)(?::\d+/|[:/])(.+)")
_ON_GITHUB = re.compile(r"https://github\.com/[^/]+/[^/]+")


def published_source(settings: dict, folder: Path) -> tuple[str, str]:
    """The address and the commit by which others can get what lies in a folder.

    In Jupyter Book's settings, ``repository`` may name the address (``url``) and the ``branch``.
    Git is asked for the commit there, and for its remote ``origin`` if the settings have no
    address. The https address has no name or password that git's may hold. Both are empty if there
    is no address, or only one on this machine.
    """
    named = settings.get("repository") or {}
    address = _web_address(named.get("url") or _git(folder, "remote", "get-url", "origin"))
    if not address:
        return "", ""
    return address, _git(folder, "rev-parse", "HEAD") or named.get("branch") or "HEAD"


def launch_buttons(book: str, address: str, commit: str) -> dict:
    """The theme's options for "Open in Colab", or none if the address is not on GitHub.

    Colab opens notebooks from nowhere else. `book` is the folder of the chapters there.
    """
    if not _ON_GITHUB.fullmatch(address):
        return {}
    return {
        "repository_url": address,
        "repository_branch": commit,
        "path_to_docs": book,
        "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    }


def colab_button(book: str, address: str, commit: str, chapter: str) -> str:
    """Markdown: a button that opens a chapter in Colab; "" where `launch_buttons` has none."""
    if not launch_buttons(book, address, commit):
        return ""
    place = f"{urlsplit(address).path}/blob/{commit}/{book}/{chapter}.ipynb"
    link = f"https://colab.research.google.com/github{place}"
    return f'<a class="sd-btn sd-btn-outline-primary" href="{link}">Open in Colab</a>'


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", os.fspath(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _web_address(remote: str) -> str:
    if ssh := _SSH.fullmatch(remote):
        host, path = ssh.groups()
    else:
        parts = urlsplit(remote)
        if parts.scheme not in ("http", "https"):
            return ""
        host, path = parts.netloc.rpartition("@")[2], parts.path
    return f"https://{host}/{path.strip('/').removesuffix('.git')}"
