"""Stand-in for google.colab.drive: the reader's Drive is an empty folder."""

from pathlib import Path


def mount(mountpoint: str) -> None:
    Path(mountpoint, "MyDrive").mkdir(parents=True, exist_ok=True)
    print(f"Mounted at {mountpoint}")
