"""The live view of real runs in virtual time, as text."""

import io
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest
from rich.console import Console, Group

from autosynth.cli.live import PlainView, live_view
from autosynth.cli.progress import Progress
from autosynth.cli.screen import Screen, shown_run
from autosynth.cli.stage import LiveView, Stage
from autosynth.clock import run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.inputs import read_inputs
from autosynth.engine.run import OpenRun, RunEnd, RunSetup, start
from autosynth.station.bench import bench_description
from tests.autosynth.cli.calling import DOSE, place
from tests.autosynth.engine.milling_bench import DOSES, GRIND, HEAD, MILLING

NESTED = """\
autosynth: 1
title: Rounds within rounds, and a title that is longer than any terminal would like to show in a single line
needs: {reactor: stirred_vessel}
reagents: {SiW9: {}}
steps:
  - repeat:
      name: outer
      at_most: 2
      steps:
        - add: {reagent: SiW9, to: reactor, volume: 0.2 mL, rate: 2 mL/min}
        - repeat:
            name: inner
            at_most: 3
            steps: [{wait: {for: 1 min, tolerance: 10 s}}]
  - operator: {prompt: Filter the content, likely: 5 min}
  - wait: {for: 10 min, tolerance: 1 min}
"""

MILLED = f"autosynth: 1\ntitle: Milled\n{HEAD}\nsteps:\n{indent(DOSES + GRIND, '  ')}"


def run(
    folder: Path,
    recipe: str,
    hang: Callable[[OpenRun], None],
    *faults: str,
    runs: str = "runs",
    station: Path | None = None,
) -> RunEnd:
    """Run a recipe in virtual time with something hung on it; on the smallest station unless it is told."""
    inputs = read_inputs(place(folder, recipe), station)
    inputs.plan.require_accepted()
    description = bench_description(inputs.plan.station, inputs.inventory)
    setup = RunSetup(
        plan=inputs.plan,
        library=None,
        inventory=inputs.inventory,
        runs=folder / runs,
        run_id="s1",
        bench=open_simulated(description, 0, faults),
        description=description,
        texts=inputs.texts,
        on_open=hang,
    )
    return run_virtual(start(setup))


def frames(
    folder: Path, recipe: str, width: int, height: int, *faults: str, station: Path | None = None
) -> list[list[str]]:
    """Return every picture of a run, one per event, as lines."""
    pictures: list[list[str]] = []

    def hang(opened: OpenRun) -> None:
        screen = Screen(shown_run(opened))

        def draw(_: object) -> None:
            console = Console(file=io.StringIO(), width=width, height=height, force_terminal=False, highlight=False)
            with console.capture() as captured:
                console.print(screen.render(width, height))
            pictures.append(captured.get().splitlines())

        opened.on_event(screen.take)
        opened.on_event(draw)

    run(folder, recipe, hang, *faults, station=station)
    return pictures


@pytest.mark.parametrize(("width", "height"), [(80, 23), (120, 40), (60, 10)])
def test_every_picture_fits_its_terminal(tmp_path: Path, width: int, height: int) -> None:
    """No line is wider and no picture higher than the terminal, from the first event to the last."""
    pictures = frames(tmp_path, NESTED, width, height)
    assert len(pictures) > 50
    assert max(len(line) for picture in pictures for line in picture) <= width
    assert max(map(len, pictures)) <= height


def test_a_picture_of_milling_says_what_goes_on(tmp_path: Path) -> None:
    """The mill runs, the jar is in it, hands are asked: nothing of it breaks the view."""
    pictures = frames(tmp_path, MILLED, 80, 23, station=MILLING)
    everything = ["\n".join(picture) for picture in pictures]
    assert any("mill running at 30 Hz" in text for text in everything)
    assert any("at mill, 30.0 Hz" in text for text in everything)
    assert "COMPLETE" in everything[-1]


def test_a_picture_says_what_goes_on(tmp_path: Path) -> None:
    """State, run, rounds within rounds, levels, prompt, time left: each is on the screen while it holds."""
    pictures = frames(tmp_path, NESTED, 80, 23)
    everything = ["\n".join(picture) for picture in pictures]
    assert any("outer, round 2 of 2: inner, round 3 of 3: wait" in text for text in everything)
    assert any("outer, round 1 of 2: add SiW9 to reactor 200 µL" in text for text in everything)
    assert any("operator: Filter the content" in text for text in everything)
    assert "RUNNING" in everything[20]
    assert "s1" in everything[20]
    assert "left" in everything[20]
    assert any("reactor" in text and "0.400 mL of 20" in text for text in everything)


def test_the_time_left_falls_to_nothing(tmp_path: Path) -> None:
    """What is left is the plan's likely duration at the beginning, little at the end, and never negative."""
    left: list[tuple[float, float]] = []

    def hang(opened: OpenRun) -> None:
        progress = Progress(opened.session.plan, opened.history)
        left.append((opened.session.plan.duration.likely_s, progress.left_s(opened.clock.now())))
        opened.on_event(progress.take)
        opened.on_event(lambda event: left.append((event.t_s, progress.left_s(event.t_s))))

    end = run(tmp_path, NESTED, hang)
    assert left[0][0] == pytest.approx(left[0][1])
    assert min(each for _, each in left) >= 0.0
    assert left[-1][1] < 0.05 * left[0][1]
    halfway_s = next(each for t_s, each in left[1:] if t_s > end.simulated_s / 2)
    assert halfway_s == pytest.approx(end.simulated_s / 2, rel=0.25)


def test_a_held_run_says_why(tmp_path: Path) -> None:
    """The reason stands below the progress, whatever else is on the screen."""
    last = "\n".join(frames(tmp_path, DOSE, 80, 23, "pump:silent@t=20")[-1])
    assert "HELD" in last
    assert "held: pump: no complete reply" in last


def test_the_view_changes_nothing(tmp_path: Path) -> None:
    """The journal of a watched run is that of an unwatched one, hash for hash."""

    def live(opened: OpenRun) -> None:
        console = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)
        LiveView(opened, Stage(console, transient=True), None).open()

    views = (lambda opened: None, live, lambda opened: PlainView(opened, None).open())
    heads = {run(tmp_path, DOSE, hang, runs=str(number)).head for number, hang in enumerate(views)}
    assert len(heads) == 1


def test_a_picture_that_gave_way_goes_on_below_what_was_printed() -> None:
    """What was asked and answered meanwhile stays on the terminal: no cursor moves up over it."""
    out = io.StringIO()
    with Stage(Console(file=out, force_terminal=True, width=80, height=24, color_system=None), transient=True) as stage:
        stage.draw(Group("one", "two", "three"))
        stage.stop()
        assert not stage.is_started
        stage.draw(Group("never"))
        stage.console.print("a question and its answer")
        before = len(out.getvalue())
        stage.start()
        stage.draw(Group("four"))
        shown = out.getvalue()[before:]
    assert "\x1b[1A" not in shown
    assert "four" in shown
    assert "never" not in out.getvalue()


def test_without_a_terminal_lines_are_printed_and_quiet_is_quiet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Output that is piped gets the plain view; with --json nothing is printed at all."""
    with live_view(plain=False, quiet=False, speed=None) as view:
        run(tmp_path, DOSE, view, runs="a")
    assert "add SiW9 to reactor 1 mL" in capsys.readouterr().out
    with live_view(plain=False, quiet=True, speed=None) as view:
        run(tmp_path, DOSE, view, runs="b")
    assert capsys.readouterr().out == ""
