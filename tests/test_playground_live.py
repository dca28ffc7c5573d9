"""The box playground with a kernel, in JupyterLab and Notebook 7: Python gets what is dragged."""

import importlib.util
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from conftest import ROOT, missing
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

SHOW = """\
import json
import torch
import t2b_lib as t2b
from t2b_lib.widgets import BoxPlayground
boxes = t2b.Boxes([[0.1, 0.1], [0.5, 0.3]], [[0.6, 0.7], [0.9, 0.9]])
playground = BoxPlayground(boxes, ["Dogs", "Pets"])
seen = []
playground.observe(lambda change: seen.append(change.name), ["boxes", "overlaps"])
playground.with_sliders()"""

REPORT = """\
boxes, seen_so_far = playground.boxes, sorted(set(seen))
seen.clear()
print(json.dumps({
    "lower": boxes.lower.tolist(),
    "upper": boxes.upper.tolist(),
    "overlaps": playground.overlaps.tolist(),
    "library": t2b.pairwise_overlap(boxes).tolist(),
    "observed": seen_so_far,
}))"""

TRAIN = """\
trainer = t2b.BoxTrainer(preset="tree")
followed = []
trainer.observe(lambda change: followed.append(change.name), ["boxes", "history"])
trainer"""

TRAINED = """\
print(json.dumps({
    "steps": trainer.steps,
    "history": trainer.history["step"].tolist(),
    "loss": trainer.history[["overlap", "volume"]].iloc[[0, -1]].sum(axis=1).tolist(),
    "names": trainer.names,
    "shape": list(trainer.boxes.lower.shape),
    "relation": trainer.relation.nan_to_num(-1)[1].tolist(),
    "followed": sorted(set(followed)),
}))"""

SCATTER = """\
trainer.boxes = t2b.Boxes(torch.zeros(7, 2) + 5, torch.ones(7, 2) + 5)
trainer.settings = {"learning_rate": 0.001}"""

ASSIGN = "playground.boxes = t2b.Boxes([[0.2, 0.2], [0.3, 0.3]], [[0.4, 0.4], [0.5, 0.5]])"

FRONT_ENDS = {"jupyterlab": "lab/tree", "notebook": "notebooks"}


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """A Jupyter server of our own: the address of a notebook in a front end."""
    for package in FRONT_ENDS:
        if importlib.util.find_spec(package) is None:
            missing(f"no {package}: install the extra 'test'")
    import nbformat.v4 as v4

    folder = tmp_path_factory.mktemp("lab")
    work = folder / "work"
    work.mkdir()
    cells = [v4.new_code_cell(text) for text in (SHOW, REPORT, ASSIGN, TRAIN, TRAINED, SCATTER)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    for name in FRONT_ENDS:  # a notebook each, for a kernel each
        (work / f"{name}.ipynb").write_text(v4.writes(notebook), encoding="utf-8")
    overrides = {
        # Every cell stays in the page, where the test looks for it; nothing asks other hosts.
        "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
        "@jupyterlab/apputils-extension:notification": {
            "checkForUpdates": False,
            "fetchNews": "false",
            "doNotDisturbMode": True,
        },
    }
    settings = folder / "settings"
    settings.mkdir()
    (settings / "overrides.json").write_text(json.dumps(overrides))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = {**os.environ, **{name: str(folder / name.lower()) for name in homes}}
    path = (str(ROOT), os.environ.get("PYTHONPATH"))
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1"),
                *(f"--port={port}", "--ServerApp.port_retries=0", f"--notebook-dir={work}"),
                *(f"--IdentityProvider.token={token}", "--allow-root"),
                f"--LabApp.app_settings_dir={settings}",
                "--LabApp.extension_manager=readonly",
            ],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api?token={token}", server, folder / "log")
        yield lambda name: f"{address}/{FRONT_ENDS[name]}/{name}.ipynb?token={token}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(url, server, log):
    def answers(_):
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            return urllib.request.urlopen(url, timeout=5).status == 200
        except (urllib.error.URLError, OSError):
            return False

    WebDriverWait(None, 60).until(answers, "JupyterLab does not answer")


class Notebook:
    def __init__(self, driver, url):
        self.driver = driver
        # JupyterLab moves its elements about while it starts.
        self.wait = WebDriverWait(driver, 60, ignored_exceptions=[WebDriverException, IndexError])
        driver.get(url)

    def cell(self, number):
        return self.driver.find_elements(By.CSS_SELECTOR, ".jp-CodeCell")[number]

    def run(self, number):
        """Run a cell as a reader does, and wait until it has run."""

        def count():
            return self.cell(number).find_element(By.CSS_SELECTOR, ".jp-InputPrompt").text

        def start(_):
            self.cell(number).find_element(By.CSS_SELECTOR, ".cm-content").click()
            keys = ActionChains(self.driver).key_down(Keys.CONTROL).send_keys(Keys.ENTER)
            keys.key_up(Keys.CONTROL).perform()
            # A key pressed too early is lost: press it again if nothing happens.
            return WebDriverWait(self.driver, 5).until(lambda _: count() != before)

        before = self.wait.until(lambda _: count())
        self.wait.until(start)
        self.wait.until(lambda _: count() not in (before, "[*]:"))

    def report(self, number=1):
        """What Python knows, by the second cell or another."""
        self.run(number)
        output = self.cell(number).find_element(By.CSS_SELECTOR, ".jp-OutputArea-output")
        return json.loads(output.text)

    def shown(self):
        values = self.driver.find_elements(By.CSS_SELECTOR, ".t2b-value")
        return [float(value.text) for value in values]

    def extent(self, i):
        said = self.driver.find_element(By.CSS_SELECTOR, f"[data-box='{i}']").get_attribute(
            "aria-label"
        )
        return [float(value) for value in re.findall(r"-?\d+\.?\d*", said)]

    def matches(self, known):
        """Whether the drawn boxes are the kernel's."""
        corners = zip(known["lower"], known["upper"], strict=True)
        extents = [(x0, x1, y0, y1) for (x0, y0), (x1, y1) in corners]
        return [self.extent(i) for i in (0, 1)] == [pytest.approx(extent) for extent in extents]

    def assert_python_knows(self):
        """The drawn boxes and the figures beside them are the kernel's, soon if not at once.

        (The widget manager holds a message back while the kernel is at the one before.)
        """
        observed = set()
        for _ in range(5):
            known = self.report()
            observed.update(known["observed"])
            if self.matches(known):
                break
        assert self.matches(known)
        for row, library in zip(known["overlaps"], known["library"], strict=True):
            assert row == pytest.approx(library, abs=1e-6)
        overlaps = [known["overlaps"][0][1], known["overlaps"][1][0]]
        assert self.shown() == pytest.approx(overlaps, abs=0.0006)
        return {**known, "observed": sorted(observed)}


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_python_receives_what_the_reader_does_and_the_reverse(jupyter, chromium, front_end):
    notebook = Notebook(chromium, jupyter(front_end))
    notebook.run(0)
    rect = notebook.wait.until(
        lambda d: d.find_element(By.CSS_SELECTOR, "[data-box='0'] rect[width]")
    )
    notebook.wait.until(lambda _: len(notebook.shown()) == 2)
    known = notebook.assert_python_knows()
    assert known["observed"] == []  # to show the boxes moves none

    # The mouse.
    scale = rect.rect["width"] / 0.5
    ActionChains(chromium, duration=50).move_to_element_with_offset(
        rect, -40, 40
    ).click_and_hold().move_by_offset(round(0.1 * scale), 0).move_by_offset(
        round(0.1 * scale), 0
    ).release().perform()
    known = notebook.assert_python_knows()
    assert known["lower"][0] == pytest.approx([0.3, 0.1], abs=0.006)
    assert known["observed"] == ["boxes", "overlaps"]

    # The keyboard: the front ends have their own use for arrow keys, which must not interfere.
    x0 = known["lower"][0][0]
    ActionChains(chromium).move_to_element_with_offset(rect, -40, 40).click().send_keys(
        Keys.ARROW_LEFT, Keys.ARROW_DOWN
    ).perform()
    known = notebook.assert_python_knows()
    assert known["lower"][0] == pytest.approx([x0 - 0.05, 0.05])
    assert known["observed"] == ["boxes", "overlaps"]

    # A slider.
    top = chromium.find_element(By.CSS_SELECTOR, "[aria-label='y, upper edge']")
    top.send_keys(*[Keys.ARROW_LEFT] * 10)
    known = notebook.assert_python_knows()
    readout = chromium.find_elements(By.CSS_SELECTOR, ".t2b-sliders output")[1].text
    assert readout == f"{known['lower'][0][1]:.3f} – {known['upper'][0][1]:.3f}"
    assert known["upper"][0][1] < 0.65
    assert known["observed"] == ["boxes", "overlaps"]

    # And Python's own word.
    notebook.run(2)
    notebook.wait.until(lambda _: notebook.extent(1) == [0.3, 0.5, 0.3, 0.5])
    notebook.wait.until(lambda _: notebook.shown() == [0.25, 0.25])
    readout = chromium.find_element(By.CSS_SELECTOR, ".t2b-sliders output")
    notebook.wait.until(lambda _: readout.text == "0.200 – 0.400")
    notebook.assert_python_knows()

    # Boxes that learn: Python has their history, and can place them.
    notebook.run(3)
    play = notebook.wait.until(lambda d: d.find_element(By.CSS_SELECTOR, ".t2b-play"))
    status = chromium.find_element(By.CSS_SELECTOR, ".t2b-status")
    address = chromium.current_url
    chromium.execute_script("arguments[0].click()", play)
    notebook.wait.until(lambda _: int(status.text.split()[-1]) >= 30)
    chromium.execute_script("arguments[0].click()", play)
    steps = int(status.text.split()[-1])
    notebook.wait.until(lambda _: notebook.report(4)["steps"] == steps)
    known = notebook.report(4)
    assert known["history"] == list(range(steps + 1))
    assert known["loss"][1] < known["loss"][0]
    assert known["names"][:2] == ["animals", "mammals"] and known["shape"] == [7, 2]
    assert known["relation"][:3] == [1.0, -1.0, 0.0]
    assert known["followed"] == ["boxes", "history"]
    assert chromium.current_url == address  # a notebook's address is its own
    notebook.run(5)
    box = chromium.find_element(By.CSS_SELECTOR, ".t2b-trainer [data-box='3']")
    notebook.wait.until(lambda _: "x from 5 to 6, y from 5 to 6" in box.get_attribute("aria-label"))
