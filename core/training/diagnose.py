"""`python -m core.training.diagnose weights.npz --data data.csv`: the report on a network, as text and as JSON.

With `--before start.npz` (or `--before-prefix init`) it also says what training moved. What the files leave open is asked in
one sentence that names the switch, with exit code 2; so is every refusal.

Ours.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import OutsideTheory, Unavailable
from core.training import command_line
from core.training.command_line import Parser
from core.training.initialisation.brought import DataChoice, data_for, network_and_before
from core.training.initialisation.laws import LEVELS
from core.training.initialisation.movement import Movement, movement
from core.training.initialisation.own_data import DECIMALS, HEADERS, SEPARATORS, TASKS, How
from core.training.initialisation.report import LAYERS_ALONE, Report, diagnose
from core.training.initialisation.slope import estimate_slope, given_slope
from core.training.initialisation.weights.questions import LAYOUTS, Choice, OtherFormat

__all__ = ["Report", "as_json", "as_text", "diagnose", "main"]


def as_text(report: Report) -> str:
    """The report for a terminal."""
    lines = [f"layers      {', '.join(f'{n} {o}×{i}' for n, (o, i) in zip(report.layers, report.shapes, strict=True))}"]
    lines.append(f"rates       {', '.join(f'{r:g}' for r in report.rates)}")
    lines += [line for pair in report.pairs for line in _of_pair(pair)]
    lines.append(f"τ median    {report.tau:.4g}")
    slope = report.slope
    lines.append(
        f"slope       {slope.value:.3g} ({slope.low:.3g} to {slope.high:.3g}), {slope.how}"
        if slope
        else f"slope       {report.no_slope}"
    )
    lines.append(f"regime      {report.regime}. {report.basis}")
    if report.speed is not None:
        lines.append(
            "speed       " + ", ".join(f"{n} {s:.0%}" for n, s in zip(report.layers, report.speed, strict=True))
        )
    lines.append(f"fast layer  {report.fast_layer}")
    lines += _of_lever(report)
    if report.movement is not None:
        lines += ["", *_of_movement(report.movement)]
    lines += [f"warning     {w}" for w in report.warnings]
    lines += ["", *(f"read        {note}" for note in report.notes), *_of_arrays(report)] if report.notes else []
    return "\n".join([*lines, "", report.pytorch] if report.pytorch else lines)


def _of_pair(pair) -> list[str]:
    levels = ", ".join(f"{100 * p:g}%: {q:.3g}" for p, q in zip(LEVELS, pair.quantiles, strict=True))
    lines = [
        f"δ           {pair.below} → {pair.above}: mean {pair.mean:.4g}, spread {pair.spread:.3g}; {levels}",
        f"            {pair.downstream:.0%} of {pair.units} units downstream (δ < 0)",
    ]
    if pair.dimensionless is not None:
        lines.append(f"δ̂ median    {pair.dimensionless[LEVELS.index(0.5)]:.3g}")
    return lines


def _of_lever(report: Report) -> list[str]:
    if report.no_lever:
        return [f"lever       {report.no_lever}"]
    factors = ", ".join(f"{n}: {c:.4g}" for n, c in zip(report.layers, report.factors, strict=True))
    lines = [f"multiply by {factors}"]
    if report.unchanged is not None:
        lines.append(f"function    changed by {report.unchanged:.1e} (relative), measured")
    return lines


def _of_arrays(report: Report) -> list[str]:
    rows = [
        (entry.name, str(list(entry.shape)), ("" if entry.used else "not used: ") + entry.use)
        for entry in report.arrays
    ]
    wide, shape = (max((len(row[k]) for row in rows), default=0) for k in (0, 1))
    return [f"array       {name:<{wide}}  {size:<{shape}}  {use}" for name, size, use in rows]


def _of_movement(moved: Movement) -> list[str]:
    """What training moved, one line a measure."""
    lines = [f"moved       {moved.regime}. {moved.basis}"]
    if moved.kernel_distance is not None:
        lines.append(f"kernel      distance {moved.kernel_distance:.3g} on {moved.samples} rows of {moved.inputs}")
    if moved.flipped_share is not None:
        lines.append(
            f"flipped     {moved.flipped_share:.2%} of activations; Hamming distance {moved.hamming_distance:.3g} "
            f"of {moved.neurons} neurons"
        )
        size = "from zero" if moved.function_change is None else f"by {moved.function_change:.3g} of its size"
        lines.append(f"function    changed {size}, {moved.curved:.0%} of that not linear")
    changes = ["from zero" if change is None else f"{change:.3g}" for change in moved.weight_change]
    lines.append(f"weights     changed by {', '.join(changes)} of their size, layer by layer")
    for drift in moved.drifts:
        lines.append(
            f"δ drift     {drift.below} → {drift.above}: mean {drift.mean_before:.4g} → {drift.mean_after:.4g}, "
            f"largest {drift.largest:.3g}, {drift.crossed} of {drift.units} changed sign"
        )
    return [*lines, f"says        {moved.says}"]


def as_json(report: Report) -> str:
    """The report as JSON."""
    return json.dumps(dataclasses.asdict(report), indent=2, ensure_ascii=False)


def _parser() -> Parser:
    parser = Parser(
        prog="python -m core.training.diagnose", description="Check an initialisation, or what moved since."
    )
    parser.add_argument("weights", type=Path, help="NPZ or safetensors file")
    network = parser.add_argument_group("how the weights are read; a question is asked where the file leaves it open")
    network.add_argument("--order", default="", help="names of the layers from the input on, parted by commas")
    network.add_argument("--layout", default="auto", choices=tuple(LAYOUTS), help="axes of the stored matrices")
    network.add_argument(
        "--only", default="", metavar="PREFIX", help="beginning of the names of one network in the file"
    )
    network.add_argument(
        "--before", type=Path, metavar="FILE", help="the same network earlier, at initialisation for instance"
    )
    network.add_argument(
        "--before-prefix", default="", metavar="PREFIX", help="part of the file that is the earlier state"
    )
    data = parser.add_argument_group("how the data are read; every guess is printed with its switch")
    data.add_argument("--data", type=Path, help="CSV or NPZ file with the training data")
    data.add_argument("--target", default="", help="name of the CSV's target column (default: the last)")
    data.add_argument("--task", default="auto", choices=tuple(TASKS))
    data.add_argument("--separator", default="auto", choices=tuple(SEPARATORS))
    data.add_argument("--decimal", default="auto", choices=tuple(DECIMALS))
    data.add_argument(
        "--header", default="auto", choices=tuple(HEADERS), help="whether the first row names the columns"
    )
    data.add_argument("--index", default="auto", metavar="COLUMN", help="column that only numbers the rows, or none")
    data.add_argument("--encoding", default="auto", help="such as utf-8, cp1252, utf-16")
    parser.add_argument("--slope", type=float, help="the target's slope, where it is known")
    parser.add_argument("--aim", type=float, default=0.5, help="mean δ̂ to reach (default 0.5)")
    parser.add_argument("--rates", type=float, nargs="+", help="learning rate of each layer, first layer first")
    parser.add_argument("--format", default="both", choices=("both", "text", "json"))
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: reads files, prints text then JSON (or one of them); 2 with a sentence where it must refuse."""
    given = None if arguments is None else list(arguments)
    return command_line.main(["python", "-m", "core.training.diagnose"], _parser, _work, given)


def _work(chosen: argparse.Namespace, _: list[str]) -> None:
    try:
        report = _from_files(chosen)
    except OtherFormat as error:
        raise Converted(error) from error
    parts = {"text": [as_text], "json": [as_json], "both": [as_text, as_json]}[chosen.format]
    print("\n\n".join(part(report) for part in parts))


class Converted(Unavailable):
    """Another format, told on a terminal: the sentence, and below it the lines that convert the file."""

    def __init__(self, other: OtherFormat):
        super().__init__(other.what, got=other.got, do=other.do)
        self.lines = other.lines

    def __str__(self) -> str:
        return f"{super().__str__()}\n\n{self.lines}"


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} must be a file that can be read", got=error.strerror, do="Give another.") from None


def _from_files(chosen: argparse.Namespace) -> Report:
    order = tuple(name.strip() for name in chosen.order.split(",") if name.strip())
    before = _bytes(chosen.before) if chosen.before else b""
    layers, earlier = network_and_before(
        _bytes(chosen.weights), before, Choice(order, chosen.layout, chosen.only), chosen.before_prefix
    )
    if chosen.rates is not None:
        layers = layers.at_rates(chosen.rates)
    how = How(chosen.separator, chosen.decimal, chosen.header, chosen.index, chosen.encoding)
    slope, reason, data = None, LAYERS_ALONE, None
    if chosen.data is not None:
        wanted = DataChoice(chosen.task, chosen.target, how)
        data = data_for(_bytes(chosen.data), wanted, (layers.inputs, layers.outputs))
    if chosen.slope is not None:
        slope = given_slope(chosen.slope)
    elif data is not None:
        try:
            slope = estimate_slope(data.X, data.y, centred=layers.has_biases)
        except OutsideTheory as error:
            reason = str(error)
    X = None if data is None else data.X
    return diagnose(
        layers,
        slope=slope,
        no_slope=reason,
        aim=chosen.aim,
        X=X,
        task="" if data is None else data.task,
        notes=() if data is None else data.notes,
        movement=None if earlier is None else movement(earlier, layers, X),
    )


if __name__ == "__main__":
    sys.exit(main())
