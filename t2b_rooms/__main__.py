"""Measure task affinities on rendered rooms: ``python -m t2b_rooms``.

``run`` renders the rooms, trains a network for each task and the transfers between all of them,
and keeps the losses in a folder. A run that was stopped continues with the same command.
``table`` turns a folder into the tables that `load_affinities` reads.
"""

import argparse
import sys
from pathlib import Path

import torch

from t2b_lib import data
from t2b_rooms import measure, results

SHIPPED = Path(data.__file__).parent


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m t2b_rooms",
        description="Measure task affinities on rendered rooms, a small Taskonomy.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser(
        "run", help="render, train and measure; continue what the folder has unfinished"
    )
    run.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="of the measurement")
    run.add_argument(
        "--size",
        choices=list(measure.SIZES),
        default="small",
        help="test: four tasks in seconds; small (default): for two cores; full: for a GPU",
    )
    run.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], metavar="N")
    run.add_argument(
        "--tasks", nargs="+", metavar="TASK", help="at least two (default: all; test: four)"
    )
    run.add_argument("--device", default="auto", help="auto (default), cpu, cuda ...")
    run.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: all cores)")

    table = commands.add_parser("table", help="make the tables from a folder's finished seeds")
    table.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="as in run")
    table.add_argument(
        "--to",
        type=Path,
        default=SHIPPED,
        metavar="FOLDER",
        help="where the tables go (default: the library's own)",
    )
    return top


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    asked = parser().parse_args(arguments)
    try:
        if asked.command == "run":
            if asked.threads is not None:
                torch.set_num_threads(max(asked.threads, 1))
            measure.run(asked.out, asked.size, asked.seeds, asked.tasks, asked.device)
        else:
            tables = results.make_tables(asked.out)
            for path in results.write_tables(tables, asked.to):
                print(path)
            columns = ["task", "network", "constant", "beats_constant", "best_source"]
            print(tables["tasks"][columns].to_string(index=False, float_format="%.3f"))
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: the same command continues from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
