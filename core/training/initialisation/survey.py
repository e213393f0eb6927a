"""How far the claim "PyTorch's default is downstream" holds: `python -m core.training.initialisation.survey` makes two tables.

m, d      size, inputs   [i], [j]                 hidden neurons and inputs of table 1
–         below          [i, j]                   P(δ_k < 0), exact
m, ‖slope‖  width, slope [m], [s]                 rows of table 2
δ̂         estimated, median  [m, s]               the slope that was estimated, median δ/slope over neurons and seeds
–         ratio, wins    [m, s, k]                test loss rescaled over as is, geometric mean; seeds in which it is lower
S, flips  kernel, flips  [m, s, 2]                as is and rescaled, means at the end; k are the steps in `steps`

Multiplying the data by c is dividing the slope by c and time by c² (f is positively homogeneous), so slopes cover data
scales. Table 1 is exact (the law of δ); table 2 trains: teacher of 3 ReLU neurons, SAMPLES points of length √d, both
variants by mini_run, rescaled to a mean δ̂ of AIM.

Ours.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.teacher_student import draw as teacher_student
from core.errors import OutsideTheory
from core.training.command_line import Parser, Plan, as_text, axis, bar, option, whole
from core.training.command_line import main as run_command
from core.training.device import describe
from core.training.initialisation import mini_run
from core.training.initialisation.laws import ImbalanceLaw, imbalance_laws
from core.training.initialisation.report import diagnose
from core.training.initialisation.schemes import draw, layer_starts
from core.training.initialisation.slope import estimate_slope
from core.training.results.files import Arrays, check_output
from core.training.results.parts import Parts, Place, open_parts
from core.training.results.result import provenance, write_result
from core.training.threads import one_thread

WIDTHS, SLOPES = (16, 64, 256), (0.1, 0.3, 1.0, 3.0, 10.0)
SIZES, INPUTS = (1, 2, 4, 8, 32, 256, 2048), (1, 2, 3, 5, 10, 100, 1000)
SEEDS, SAMPLES, AIM = 10, 200, 0.5
CHECKPOINTS = (0, 30, 300)
D = 10
COMMAND = ["python", "-m", "core.training.initialisation.survey"]
ALGORITHM = 1
"""Part of the kept rows' key: raise it when the same row would come out differently."""
SECONDS = 0.0035
"""CPU seconds that a row takes for each neuron and seed."""


@dataclass(frozen=True)
class Survey:
    """Which rows of table 2, over how many seeds, from 0 on."""

    widths: tuple[int, ...] = WIDTHS
    slopes: tuple[float, ...] = SLOPES
    seeds: int = SEEDS


@dataclass(frozen=True)
class Row:
    """One cell of table 2: medians and ratios over seeds; `wins` counts seeds in which rescaled has the lower test loss."""

    width: int
    slope: float
    estimated: float
    median: float
    ratio: tuple[float, ...]
    wins: tuple[int, ...]
    kernel: tuple[float, float]
    flips: tuple[float, float]


def shares_below() -> dict[tuple[int, int], float]:
    """P(δ_k < 0) under PyTorch's default with one output, for each (m, d): exact, whatever the data."""
    return {(m, d): float(_default_law(m, d).cdf(np.array(0.0))) for m in SIZES for d in INPUTS}


def _default_law(width: int, d: int) -> ImbalanceLaw:
    return imbalance_laws(layer_starts("torch", (d, width, 1)))[0]


def teacher_split(d: int, slope: float, seed: int, *, outputs: int = 1, samples: int = SAMPLES) -> mini_run.Split:
    """Teachers' data, one teacher an output, with points of length √d and labels scaled to the estimated slope given."""
    drawn = [teacher_student(d=d, n=samples, width=2, seed=seed + 1000 * k, tests=1000) for k in range(outputs)]
    X, X_test = np.sqrt(d) * drawn[0].X, np.sqrt(d) * drawn[0].X_test
    y, y_test = (np.column_stack([one.teacher.labels(points) for one in drawn]) for points in (X, X_test))
    size = slope / estimate_slope(X_test, y_test).value
    return mini_run.Split(X, size * y, X_test, size * y_test)


def rows(
    widths: Iterable[int] = WIDTHS, slopes: Iterable[float] = SLOPES, *, seeds: int = SEEDS, store: Place = False
) -> Iterator[Row]:
    """Table 2, one row for each width and slope; finished rows are read from and kept in `store`."""
    parts = kept_rows(seeds, store)
    for width in widths:
        starts = [draw(layer_starts("torch", (D, width, 1)), seed) for seed in range(seeds)]
        for slope in slopes:
            kept = parts.read((width, slope))
            if kept is None:
                splits = [teacher_split(D, slope, seed) for seed in range(seeds)]
                kept = {name: np.array(value) for name, value in asdict(_row(width, slope, starts, splits)).items()}
                parts.write((width, slope), kept)
            row: dict[str, Any] = {n: tuple(v.tolist()) if v.ndim else v.item() for n, v in kept.items()}
            yield Row(**row)


def kept_rows(seeds: int, store: Place) -> Parts:
    """The finished rows on disk of surveys with this number of seeds."""
    key = (D, seeds, SAMPLES, AIM, CHECKPOINTS)
    return open_parts(store, "survey", key, [field.name for field in fields(Row)], version=ALGORITHM)


def _row(width: int, slope: float, starts, splits) -> Row:
    """The factors are those of the first seed's report, so that all seeds are rescaled alike."""
    estimates = [estimate_slope(part.X, part.y) for part in splits]
    reports = [diagnose(net, slope=found, aim=AIM) for net, found in zip(starts, estimates, strict=True)]
    *_, end = mini_run.run(starts, splits, reports[0].factors, checkpoints=CHECKPOINTS)
    late = range(1, len(CHECKPOINTS))
    as_is, rescaled = end.test_loss
    return Row(
        width,
        slope,
        float(np.median([found.value for found in estimates])),
        float(
            np.median(
                [report.pairs[0].quantiles[3] / found.value for report, found in zip(reports, estimates, strict=True)]
            )
        ),
        tuple(float(np.exp(np.log(rescaled[:, k] / as_is[:, k]).mean())) for k in late),
        tuple(int((rescaled[:, k] < as_is[:, k]).sum()) for k in late),
        (float(end.kernel_distance[0, :, -1].mean()), float(end.kernel_distance[1, :, -1].mean())),
        (float(end.flipped_share[0, :, -1].mean()), float(end.flipped_share[1, :, -1].mean())),
    )


def arrays(found: list[Row], widths: tuple[int, ...], slopes: tuple[float, ...]) -> Arrays:
    """Both tables as the file holds them."""
    shares = shares_below()
    below = np.array([[shares[m, d] for d in INPUTS] for m in SIZES])
    names = [field.name for field in fields(Row) if field.name not in ("width", "slope")]
    values = {name: np.array([getattr(row, name) for row in found]) for name in names}
    shape = (len(widths), len(slopes))
    table = {name: value.reshape(*shape, *value.shape[1:]) for name, value in values.items()}
    axes = {"size": np.array(SIZES), "inputs": np.array(INPUTS), "width": np.array(widths), "slope": np.array(slopes)}
    return {**axes, "steps": np.array(CHECKPOINTS[1:]), "below": below, **table}


def main(arguments: list[str] | None = None) -> int:
    """Print both tables and write them; 0 when they are, 2 with a sentence when the request is not possible."""
    return run_command(COMMAND, parser, _work, arguments)


def parser() -> Parser:
    """Options: which rows of table 2, over how many seeds, and where finished rows and the result go."""
    build = Parser(prog=" ".join(COMMAND), description="How far PyTorch's default initialisation is downstream.")
    option(build, "--widths", _widths, WIDTHS, help=f"hidden neurons (default {as_text(WIDTHS)})")
    option(build, "--slopes", axis(1e-3, 1e3), np.array(SLOPES), help=f"target slopes (default {as_text(SLOPES)})")
    option(build, "--seeds", whole(1, 100), SEEDS, help="networks a row (default %(default)s)")
    option(build, "--store", str, help="folder of finished rows (default: the user's cache)")
    option(build, "--output", Path, Path("survey.npz"), help="file to write (default %(default)s)")
    return build


def _widths(text: str) -> tuple[int, ...]:
    values = axis(1, 4096)(text)
    if not all(value.is_integer() for value in values):
        raise OutsideTheory("a width must be a whole number", got=text, do="Write for example 16,64,256.")
    return tuple(int(value) for value in values)


def _work(chosen: argparse.Namespace, words: list[str]) -> None:
    one_thread()
    output, begun = check_output(chosen.output), time.process_time()
    asked = Survey(tuple(chosen.widths), tuple(float(slope) for slope in chosen.slopes), chosen.seeds)
    cells = [(width, slope) for width in asked.widths for slope in asked.slopes]
    parts = kept_rows(asked.seeds, chosen.store)
    missing = [width for width, slope in cells if not parts.has((width, slope))]
    seconds = SECONDS * sum(missing) * asked.seeds
    where, kept = describe("cpu"), len(cells) - len(missing)
    Plan(shlex.join(words), where, "rows", len(cells), kept, seconds, parts, output).announce()
    found = []
    with bar(len(cells), "rows") as progress:
        for row in rows(asked.widths, asked.slopes, seeds=asked.seeds, store=parts):
            found.append(row)
            progress.update()
    tables = arrays(found, asked.widths, asked.slopes)
    spent = time.process_time() - begun
    write_result(output, tables, provenance(asked, command=shlex.join(words), device=where, cpu_seconds=spent))
    _show(tables["below"], found, asked.seeds)


def _show(below: np.ndarray, found: list[Row], seeds: int) -> None:
    """Both tables on the terminal."""
    print("Share of neurons with δ < 0 under PyTorch's default, one output (exact)")
    print("      m \\ d " + "".join(f"{d:>9}" for d in INPUTS))
    for m, shares in zip(SIZES, below, strict=True):
        print(f"{m:>12}" + "".join(f"{share:>9.4f}" for share in shares))
    print(f"\nAs is against rescaled to mean δ/slope = {AIM}, d = {D}, {seeds} seeds, {SAMPLES} samples")
    print(
        "     m  slope  median δ/slope  test-loss ratio after 30, 300 steps  (seeds better)  S as is → rescaled  flips"
    )
    for row in found:
        ratios = "  ".join(f"{r:.2f} ({w})" for r, w in zip(row.ratio, row.wins, strict=True))
        kernel, flips = (f"{x:.3f} → {y:.3f}" for x, y in (row.kernel, row.flips))
        print(f"{row.width:>6} {row.slope:>6g} {row.median:>15.3f}  {ratios:>30}  {kernel:>18}  {flips}")


if __name__ == "__main__":
    sys.exit(main())
