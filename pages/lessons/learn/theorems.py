"""INDEX: what the laboratory shows ↔ where it stands in the paper ↔ the function that computes it ↔ whom to cite for it.

The paper's figures have rows of their own, with links to their states (pages/lessons/figures_of_paper.py).
"""

from dataclasses import dataclass

from core.papers import PAPERS
from pages import BY_STEM
from pages.lessons.handout import link_to

PAPER = "kunin2024"


@dataclass(frozen=True)
class Entry:
    """One row; stem names the page, code a function of core that exists (checked by a test); preset and part, where it is seen
    there in another setting than the first or below the picture."""

    stem: str
    shown: str
    paper: str
    code: str
    preset: str = ""
    part: str = ""

    @property
    def link(self) -> str:
        """The address, relative to the laboratory's, at which the row is in view."""
        return link_to(self.stem, BY_STEM[self.stem].presets()[self.preset] if self.preset else None, self.part)

    @property
    def cited(self) -> str:
        """The works in which the idea stands, the newest last."""
        keys = OTHERS.get(self.code, (PAPER,))
        return ", ".join(PAPERS[key].short for key in keys)


OTHERS = {
    "core.theory.single_neuron.kernel_distance": ("chizat2019", "fort2020", PAPER),
    "core.theory.implicit_bias.interpolator": ("azulay2021", PAPER),
    "core.theory.implicit_bias.potential": ("azulay2021", PAPER),
    "core.training.regime_map.run_cells": ("luo2021", PAPER),
    "core.theory.wide_linear.exact_flow": ("saxe2014", "braun2022", "domine2024"),
    "core.theory.wide_linear.regime": ("tu2024", PAPER),
    "core.theory.linear_modes.hyperbolic_entropy": ("woodworth2020", PAPER),
    "core.theory.linear_modes.dual_gain": ("woodworth2020", PAPER),
    "core.training.practice.kernel_movement.train": ("fort2020", PAPER),
    "core.training.practice.hierarchy.train": ("cagnetta2024", PAPER),
    "core.training.practice.grokking.train": ("power2022", "kumar2023", "nanda2023", PAPER),
}
"""Functions whose idea stands in other works too."""

_ALL = (
    Entry(
        "geometry", "the level sets of δ and flow on them", "figure 2, section 3", "core.problems.geometry.half_sheets"
    ),
    Entry(
        "geometry",
        "separating curve, two basins",
        "figure 7, appendix A",
        "core.theory.single_neuron.separatrix",
        preset="two starts 10⁻³ apart",
    ),
    Entry(
        "geometry",
        "separating surface in space, its saddles",
        "figure 7, section 3",
        "core.problems.geometry.separating_surface",
        preset="paper, figure 7",
    ),
    Entry(
        "geometry",
        "three level sets, one camera",
        "figure 2, section 3",
        "core.figures.geometry_space.three",
        preset="paper, figure 2",
    ),
    Entry("geometry", "same function, other δ", "figure 2", "core.theory.single_neuron.split"),
    Entry(
        "exact", "closed form of μ, φ, a, w", "figures 3 and 8, appendix A.2", "core.theory.single_neuron.exact_flow"
    ),
    Entry(
        "exact",
        "kernel distance S(0, t)",
        "its definition, in Notation before section 3",
        "core.theory.single_neuron.kernel_distance",
    ),
    Entry(
        "exact",
        "three directions of β₀ at once",
        "figure 8, appendix A.2",
        "core.figures.exact_directions.directions",
        preset="paper, figure 8",
    ),
    Entry(
        "exact",
        "how long alignment takes",
        "section 3",
        "core.theory.single_neuron_times.alignment_time",
        part="scales",
    ),
    Entry("implicit_bias", "the landing point", "theorem 3.1, figure 4b", "core.theory.implicit_bias.interpolator"),
    Entry("implicit_bias", "the potential Ψ_δ", "theorem 3.1", "core.theory.implicit_bias.potential"),
    Entry(
        "relu",
        "regions and their linear pieces",
        "figures 5a and 9, section 5, proposition C.2",
        "core.theory.relu_partition.sectors",
    ),
    Entry(
        "relu",
        "which neurons move the kernel",
        "section 5, equation 9",
        "core.kernels.relu_movement.movement",
        part="kernel",
    ),
    Entry("relu", "alignment, then fit", "phases I and II, section 5", "core.theory.phases.measured"),
    Entry("teacher_student", "training on the circle", "figure 1a", "core.training.relu_flow.integrate"),
    Entry("regime_map", "maps over (τ, δ)", "figures 1b, 5b and 10", "core.training.regime_map.run_cells"),
    Entry(
        "regime_map",
        "the kernel of a ReLU network",
        "section 5, equation 9",
        "core.kernels.relu.relu_ntk",
        preset="kernel misleads",
    ),
    Entry(
        "wide",
        "isotropic networks, exactly",
        "section 4; QQᵀ solution of Braun 2022",
        "core.theory.wide_linear.exact_flow",
    ),
    Entry("wide", "what shape and δ do", "section 4", "core.theory.wide_linear.regime"),
    Entry(
        "wide",
        "the preconditioner as heat maps, a sum over neurons",
        "theorem 4.1",
        "core.theory.wide_preconditioner.neuron_halves",
        preset="square",
        part="neurons",
    ),
    Entry(
        "wide",
        "its closed form beside that sum, and their difference",
        "theorem 4.2",
        "core.theory.wide_preconditioner.isotropic_halves",
        preset="square",
        part="neurons",
    ),
    Entry(
        "wide",
        "singular values, hyperbolic entropy",
        "theorem B.6",
        "core.theory.linear_modes.hyperbolic_entropy",
        part="entropy",
    ),
    Entry(
        "wide",
        "dual variables on their integrals along a run",
        "theorem B.6",
        "core.theory.linear_modes.dual_gain",
        preset="square",
        part="mirror",
    ),
    Entry(
        "wide",
        "Δ of Gaussian square networks by width",
        "appendix B.2",
        "core.theory.gaussian_imbalance.entry_deviation",
        part="gaussian",
    ),
    Entry("deep", "where a deep chain lands", "theorem B.10", "core.theory.deep_linear.interpolator"),
    Entry(
        "deep",
        "‖β‖² against ‖a‖² of a square network",
        "theorem B.8",
        "core.theory.deep_square.squared_size",
        part="square",
    ),
    Entry(
        "deep",
        "the deep preconditioner along and across β",
        "theorem B.9",
        "core.theory.deep_square.preconditioner",
        part="square",
    ),
    Entry(
        "deep",
        "a square network on the chain's way",
        "theorem B.10",
        "core.theory.deep_potential.penalty",
        part="square",
    ),
    Entry("landscape", "saddles and valleys of the loss", "figures 2 and 7, appendix A", "core.theory.landscape.loss"),
    Entry(
        "kernel_movement", "kernels of an image network", "figure 6a", "core.training.practice.kernel_movement.train"
    ),
    Entry("filters", "first-layer filters by α", "figures 6b and 11", "core.training.practice.filters.smoothness"),
    Entry("hierarchy", "samples that a hierarchy needs", "figure 6c", "core.training.practice.hierarchy.train"),
    Entry("grokking", "steps to grok by α and τ", "figures 6d and 12", "core.training.practice.grokking.train"),
    Entry(
        "initialisation",
        "δ of usual initialisations",
        "beyond the paper",
        "core.training.initialisation.laws.imbalance_laws",
    ),
)

INDEX = tuple(entry for entry in _ALL if entry.stem in BY_STEM)
