"""A browser with one page of each kind, and what it asked of the network; skipped or failed where a tool is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, sync_playwright

import sim
from sim.api import run_against
from sim.report.page.comparison_page import comparison_page
from sim.report.page.run_page import run_page
from sim.report.page.study_page import study_page
from sim.scenario.counterfactual import load_counterfactual
from tests.conftest import Build
from tests.report.plant import plant
from tests.report.test_study_figures import HOW, uncertain

AXE = "FABSHIFT_AXE"
"""The environment variable that names the file axe.min.js of the npm package axe-core."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def missing(tool: str, remedy: str) -> None:
    """Fail where the browser's tests are required, in continuous integration or where axe-core was asked for; skip elsewhere."""
    told = f"{tool} is missing: {remedy}"
    if os.environ.get("CI") == "true" or AXE in os.environ:
        pytest.fail(told, pytrace=False)
    pytest.skip(told)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The installed Chromium, without a window."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        missing("Chromium", "on Debian, `apt-get install chromium`")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    named = os.environ.get(AXE, "")
    if not Path(named).is_file():
        missing("axe-core", f"`npm install axe-core`, and name its file axe.min.js in {AXE}; found {named!r}")
    return Path(named).read_text(encoding="utf-8")


def of_plant(build: Build) -> str:
    """The page of a small plant's run."""
    result = sim.run(build({**plant(), "question": "Whose parts?"}, "browser_plant"))
    return run_page(result, None, ["report", "plant", "--html", "plant.html"])


def of_as_announced(build: Build) -> str:  # noqa: ARG001
    """The page of the largest shipped story beside its counterfactual."""
    scenario = sim.load_scenario("as-announced")
    result = sim.run(scenario, engine="batch")
    against = run_against(result, load_counterfactual(scenario))
    return run_page(result, against, ["report", "as-announced", "--html", "page.html"])


def of_study(build: Build) -> str:
    """The page of a small study."""
    scenario = build(uncertain(), "browser_study")
    return study_page(
        sim.monte_carlo(scenario, 8, **HOW), sim.run(scenario), ["report", "study", "--html", "page.html"]
    )


def of_comparison(build: Build) -> str:
    """The page of a small comparison."""
    dear = uncertain()
    dear["recipes"]["own"]["variable_cost"] = 15
    found = sim.compare([build(uncertain(), "browser_plan"), build(dear, "browser_dear")], 4, **HOW)
    return comparison_page(found, ["report", "both", "--html", "page.html"])


PAGES: dict[str, Callable[[Build], str]] = {
    "plant": of_plant,
    "study": of_study,
    "comparison": of_comparison,
    "as-announced": of_as_announced,
}


@pytest.fixture(scope="module", params=list(PAGES))
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, build: Build) -> Path:
    """The file of one page, written once."""
    written = tmp_path_factory.mktemp("pages") / f"{request.param}.html"
    written.write_text(PAGES[request.param](build), encoding="utf-8")
    return written


@dataclass
class Opened:
    """A page that is open, and what went wrong on it: messages of the console, errors, requests to anything but its file."""

    page: Page
    context: BrowserContext
    file: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        def routed(route: Route, request: Request) -> None:
            if request.url == self.file.as_uri():
                route.continue_()
            else:
                route.abort()

        def requested(request: Request) -> None:
            # What the page holds itself is no request; a neighbour of its file is one.
            if not request.url.startswith(("data:", "blob:")) and request.url.partition("#")[0] != self.file.as_uri():
                self.requests.append(request.url)

        def said(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.complaints.append(message.text)

        self.context.route("**/*", routed)
        self.context.on("request", requested)
        self.page.on("console", said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(self.file.as_uri())

    @property
    def size(self) -> int:
        """Bytes of its file."""
        return self.file.stat().st_size

    def width(self, pixels: int) -> None:
        """Make the window so many CSS pixels wide."""
        self.page.set_viewport_size({"width": pixels, "height": 900})


@pytest.fixture(scope="module")
def opened(browser: Browser, file: Path) -> Iterator[Opened]:
    """A page, loaded once for all tests."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
    )
    yield Opened(context.new_page(), context, file)
    context.close()
