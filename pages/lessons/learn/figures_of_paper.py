"""FIGURES: the paper's panels in their order ↔ the page and the state that show ours, with the numbers of its sentence.

The sentences stand in assets/prose/learn.md under "## figure: <panel>"; «names» in them come from the state's Problem and
Solution here, so that they follow whatever is computed anew.
"""

import base64
import html
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.figures.picture import Picture
from core.figures.style import number
from core.figures.thumbnail import svg
from core.papers import PAPERS
from core.params import Params
from core.problems import filters, grokking, hierarchy, kernel_movement, regime_map
from core.problems.exact import Exact
from core.problems.geometry import Geometry
from core.problems.implicit_bias import FAN, SWEEP, Landings
from core.training.practice.filters import DATA as PATCHES
from core.training.practice.kernel_movement import DATA as DIGITS
from core.training.practice.statistics import seeds_in_words
from pages import BY_STEM
from pages.lessons.handout import link_to
from pages.shared.cache import painted, remember

Numbers = dict[str, str]


def minus(value: float) -> str:
    """The number as briefly as it goes, with a true minus sign."""
    return f"{value:g}".replace("-", "−")


def percent(share: float) -> str:
    """A share between 0 and 1 in whole per cent."""
    return f"{100 * share:.0f}%"


def of_teacher(problem: Any, solution: Any) -> Numbers:
    sizes = {name: str(getattr(problem, name)) for name in ("seed", "samples", "width", "teachers")}
    return sizes | {
        "end": f"{problem.end:g}",
        "alignment": f"{solution.alignment[-1]:.2f}",
        "rate": number(solution.run.rate),
    }


def of_map(problem: Any, solution: Any) -> Numbers:
    last = f"{int(solution.checkpoint[-1]):,}"
    sizes = {"seeds": str(solution.seed.size), "taus": str(solution.tau.size), "deltas": str(solution.delta.size)}
    return regime_map.lesson(solution) | sizes | {"last": last}


def of_surface(problem: Geometry, solution: Any) -> Numbers:
    start, target = problem.beta_0, problem.beta_star
    deltas = ", ".join(minus(path.delta) for path in solution.beside)
    return {"deltas": deltas, "start": _vector(start), "target": _vector(target)}


def of_exact(problem: Exact, solution: Any) -> Numbers:
    return {
        "deltas": ", ".join(map(minus, sorted(problem.deltas))),
        "horizon": f"{problem.horizon:g}",
        "start": _vector(problem.beta_0),
        "target": _vector(problem.beta_star),
    }


def of_bias(problem: Landings, solution: Any) -> Numbers:
    return {
        "deltas": ", ".join(map(minus, FAN)),
        "datum": _vector(problem.X[0]),
        "label": minus(problem.y),
        "start": _vector(solution.moving.beta[0, 0]),
        "target": _vector(problem.X.T @ problem.labels) if problem.data == "white" else "",
        "low": minus(round(float(SWEEP[0]), 6)),
        "high": minus(round(float(SWEEP[-1]), 6)),
    }


def of_plane(problem: Any, solution: Any) -> Numbers:
    return {name: str(getattr(problem, name)) for name in ("points", "width", "seed")}


def of_kernel(problem: Any, solution: Any) -> Numbers:
    at = kernel_movement.early(solution.steps, len(solution.steps) - 1)
    kernel = solution.kernel_distance[..., at].ravel()
    return {
        "data": DIGITS[str(solution.data)],
        "seeds": str(solution.seed.size),
        "scales": str(solution.alpha.size),
        "early": str(int(solution.steps[at])),
        "flips": number(kernel_movement.rank_correlation(solution.flipped_share[..., at].ravel(), kernel)),
        "moves": number(kernel_movement.rank_correlation(solution.parameter_distance[..., at].ravel(), kernel)),
    }


def of_filters(problem: Any, solution: Any) -> Numbers:
    here, ends = filters.of_control(solution, problem.control), {}
    for end, k in (("low", 0), ("high", -1)):
        ends[end] = f"{here.alpha[k]:g}"
        ends[f"{end}_rough"] = f"{np.mean(here.smoothness[:, k, -1]):.2f}"
        ends[f"{end}_accuracy"] = percent(here.test_accuracy[:, k, -1].mean())
    counts = {"filters": str(here.filters.shape[3]), "seeds": seeds_in_words(here.seed.size)}
    return ends | counts | {"data": PATCHES[str(solution.data)]}


def of_hierarchy(problem: Any, solution: Any) -> Numbers:
    found = hierarchy.widest(solution)
    size, lines = found if found else (int(solution.size[-1]), [])
    said = ", ".join(f"{percent(line.accuracy)} (α = {line.alpha:g})" for line in lines)
    counts = {"seeds": str(solution.seed.size), "largest": f"{solution.size[-1]:,}"}
    return counts | {"size": f"{size:,}", "accuracies": said}


def of_grokking(problem: Any, solution: Any) -> Numbers:
    grokked, runs = grokking.counts(solution)[problem.tau]
    return grokking.words(problem, solution) | {
        "modulus": str(problem.modulus),
        "budget": f"{problem.steps:,}",
        "tau": f"{problem.tau:g}",
        "taus": str(len(problem.taus)),
        "seeds": seeds_in_words(solution.seed.size),
        "largest": f"{solution.alpha[-1]:g}",
        "grokked": str(grokked),
        "runs": str(runs),
    }


@dataclass(frozen=True)
class Row:
    """One panel of the paper: its page, the preset that shows ours, which of the page's pictures are the thumbnail, and the
    part below the picture that shows all of it."""

    panel: str
    stem: str
    preset: str
    short: str | tuple[str, ...]
    numbers: Callable[[Any, Any], Numbers]
    part: str = ""

    @property
    def problem(self) -> Params:
        return BY_STEM[self.stem].presets()[self.preset]

    @property
    def code(self) -> str:
        """The function that draws it."""
        return f"core.figures.{self.stem}.figures"

    @property
    def cited(self) -> str:
        """The works that the page cites, the paper first."""
        return ", ".join(PAPERS[key].short for key in BY_STEM[self.stem].papers)

    @property
    def link(self) -> str:
        """The address, relative to the laboratory's, that opens this very state."""
        return link_to(self.stem, self.problem, self.part)

    @property
    def solution(self) -> Any:
        """The page's own Solution, from what all visitors share."""
        model = importlib.import_module(BY_STEM[self.stem].model)
        return remember(getattr(model, "recorded", None) or model.solve)(self.problem)

    def pictures(self, solution: Any) -> list[Picture]:
        drawn = importlib.import_module(f"core.figures.{self.stem}").figures(self.problem, solution)
        by_name = {picture.layout["meta"]["short"]: picture for picture in drawn}
        return [by_name[short] for short in ((self.short,) if isinstance(self.short, str) else self.short)]


def thumbnail(row: Row) -> str:
    """The row's pictures as small images in HTML, drawn once for everybody."""
    return painted(drawn, row, row.solution)


def drawn(row: Row, solution: Any) -> str:
    """Each picture's SVG inside an <img>: Streamlit takes an SVG out of a page's own HTML."""
    pictures = row.pictures(solution)
    share = f"width:{100 // len(pictures)}%"
    return "".join(_image(picture, share) for picture in pictures)


def _image(picture: Picture, share: str) -> str:
    source = base64.b64encode(svg(picture).encode()).decode()
    alt = html.escape(picture.layout["meta"]["alt"])
    return f'<img class="lab-thumbnail" style="{share}" src="data:image/svg+xml;base64,{source}" alt="{alt}">'


def _vector(values: Any) -> str:
    return "(" + ", ".join(minus(round(float(value), 3) + 0.0) for value in values) + ")"


FIGURES = (
    Row("1a", "teacher_student", "rich and rapid: upstream", "neurons", of_teacher, "four"),
    Row("1b", "regime_map", "one glance", "test loss", of_map),
    Row("2", "geometry", "paper, figure 2", ("▼ δ = −2", "● δ = 0", "▲ δ = 2"), of_surface),
    Row("3", "exact", "paper, figure 3", "kernel distance S", of_exact),
    Row("4a", "implicit_bias", "paper, figure 4(a): whitened", "plane", of_bias),
    Row("4b", "implicit_bias", "paper, figure 4(b)", "plane", of_bias),
    Row("5a", "relu", "map before fit", "surface", of_plane),
    Row("5b", "regime_map", "little movement, many flips", "flips", of_map),
    Row("6a", "kernel_movement", "eleven scales", "flips", of_kernel),
    Row("6b", "filters", "three scales", "▲ α = 10", of_filters),
    Row("6c", "hierarchy", "all scales", "accuracy", of_hierarchy),
    Row("6d", "grokking", "small τ: rich", "wait", of_grokking),
    Row("7", "geometry", "paper, figure 7", "surface", of_surface),
    Row("8", "exact", "paper, figure 8", "ν", of_exact),
    Row("9", "relu", "balanced", "partition", of_plane),
    Row("10", "regime_map", "kernel misleads", "kernel", of_map),
    Row("11", "filters", "the two ends", "▼ α = 0.1", of_filters),
    Row("12", "grokking", "large τ", "fit", of_grokking),
)
