"""`python -m core.training.diagnose weights.npz --data data.csv`: the report on a network, as text and as JSON."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import OutsideTheory, Refusal
from core.training.initialisation.laws import LEVELS
from core.training.initialisation.own_data import read_data
from core.training.initialisation.report import LAYERS_ALONE, Report, diagnose
from core.training.initialisation.slope import estimate_slope, given_slope
from core.training.initialisation.weights_file import read_weights

__all__ = ["Report", "as_json", "as_text", "diagnose", "main"]


def as_text(report: Report) -> str:
    """The report for a terminal."""
    lines = [f"layers      {', '.join(f'{n} {o}×{i}' for n, (o, i) in zip(report.layers, report.shapes, strict=True))}"]
    lines.append(f"rates       {', '.join(f'{r:g}' for r in report.rates)}")
    for pair in report.pairs:
        levels = ", ".join(f"{100 * p:g}%: {q:.3g}" for p, q in zip(LEVELS, pair.quantiles, strict=True))
        lines.append(
            f"δ           {pair.below} → {pair.above}: mean {pair.mean:.4g}, spread {pair.spread:.3g}; {levels}"
        )
        lines.append(f"            {pair.downstream:.0%} of {pair.units} units downstream (δ < 0)")
        if pair.dimensionless is not None:
            lines.append(f"δ̂ median    {pair.dimensionless[LEVELS.index(0.5)]:.3g}")
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
    lines.append(
        f"multiply by {', '.join(f'{n}: {c:.4g}' for n, c in zip(report.layers, report.factors, strict=True))}"
    )
    if report.unchanged is not None:
        lines.append(f"function    changed by {report.unchanged:.1e} (relative), measured")
    return "\n".join([*lines, *(f"warning     {w}" for w in report.warnings), "", report.pytorch])


def as_json(report: Report) -> str:
    """The report as JSON."""
    return json.dumps(dataclasses.asdict(report), indent=2, ensure_ascii=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: reads files, prints text then JSON (or one of them); 2 with a sentence where it must refuse."""
    parser = argparse.ArgumentParser(prog="python -m core.training.diagnose", description="Check an initialisation.")
    parser.add_argument("weights", type=Path, help="NPZ or safetensors file")
    parser.add_argument("--data", type=Path, help="CSV or NPZ file with the training data")
    parser.add_argument("--target", default="", help="name of the CSV's target column (default: the last)")
    parser.add_argument("--task", default="auto", choices=("auto", "regression", "classification"))
    parser.add_argument("--slope", type=float, help="the target's slope, where it is known")
    parser.add_argument("--aim", type=float, default=0.5, help="mean δ̂ to reach (default 0.5)")
    parser.add_argument("--rates", type=float, nargs="+", help="learning rate of each layer, first layer first")
    parser.add_argument("--format", default="both", choices=("both", "text", "json"))
    chosen = parser.parse_args(arguments)
    try:
        report = _from_files(chosen)
    except OSError as error:
        print(f"{error.strerror}: {error.filename}", file=sys.stderr)
        return 2
    except Refusal as error:
        print(error, file=sys.stderr)
        return 2
    parts = {"text": [as_text], "json": [as_json], "both": [as_text, as_json]}[chosen.format]
    print("\n\n".join(part(report) for part in parts))
    return 0


def _from_files(chosen: argparse.Namespace) -> Report:
    layers = read_weights(chosen.weights.read_bytes())
    slope, reason, X = None, LAYERS_ALONE, None
    if chosen.slope is not None:
        slope = given_slope(chosen.slope)
    elif chosen.data is not None:
        data = read_data(chosen.data.read_bytes(), task=chosen.task, target=chosen.target)
        if data.X.shape[1] != layers.weights[0].shape[1]:
            raise OutsideTheory(
                f"The network takes {layers.weights[0].shape[1]} inputs", got=data.X.shape[1], do="Give its own data."
            )
        X = data.X
        try:
            slope = estimate_slope(data.X, data.y, centred=layers.has_biases)
        except OutsideTheory as error:
            reason = str(error)
    return diagnose(layers, slope=slope, no_slope=reason, aim=chosen.aim, rates=chosen.rates, X=X)


if __name__ == "__main__":
    sys.exit(main())
