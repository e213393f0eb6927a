"""Teacher–student regression with two-layer ReLU networks: f(x) = Σ_k a_k σ(w_kᵀx), inputs on the unit sphere.

x ↔ X ↔ [n, d] ↔ unit rows          y ↔ y ↔ [n] ↔ the teacher's outputs, without noise
w*_k ↔ Teacher.directions ↔ [k, d] ↔ unit rows    a*_k ↔ Teacher.readouts ↔ [k] ↔ ±1
ŵ_k ↔ Student.directions ↔ [m, d] ↔ unit rows     sgn a_k ↔ Student.signs ↔ [m] ↔ ±1
τ ↔ tau ↔ scalar ↔ √(|a_k|·‖w_k‖)     δ ↔ delta ↔ scalar ↔ η_w a_k² − η_a ‖w_k‖²

The student starts as pairs of neurons with equal directions and opposite signs, so that f ≡ 0 at the start.
"""

import math
import operator
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory

LARGEST = 5_000_000


@dataclass(frozen=True)
class Teacher:
    """The network to be learnt: directions [k, d] (unit rows) and readouts [k] (±1)."""

    directions: np.ndarray
    readouts: np.ndarray

    def labels(self, X: np.ndarray) -> np.ndarray:
        """y[..., n] for inputs X[..., n, d]."""
        return outputs(self.directions, self.readouts, X)


@dataclass(frozen=True)
class Student:
    """A start without its scales: directions [m, d] (unit rows) and signs [m] (±1), second half mirroring the first."""

    directions: np.ndarray
    signs: np.ndarray

    def scaled(self, tau: float, delta: float, *, eta_a: float = 1.0, eta_w: float = 1.0):
        """W_0[m, d], a_0[m] with |a_k|‖w_k‖ = τ² and η_w a_k² − η_a‖w_k‖² = δ for each neuron (paper, section 5)."""
        a, w = start_norms(tau, delta, eta_a=eta_a, eta_w=eta_w)
        return w * self.directions, a * self.signs


@dataclass(frozen=True)
class TeacherStudent:
    """One draw: teacher, unscaled student, training data X[n, d], y[n] and fresh test data X_test, y_test."""

    teacher: Teacher
    student: Student
    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def outputs(W: np.ndarray, a: np.ndarray, X: np.ndarray, *, slope: float = 0.0) -> np.ndarray:
    """f(x) = Σ_k a_k σ(w_kᵀx), σ(z) = max(z, slope·z); W[..., m, d], a[..., m], X[..., n, d] → [..., n]."""
    Z = X @ np.swapaxes(W, -1, -2)
    active = np.maximum(Z, 0.0)
    if slope:
        active += slope * np.minimum(Z, 0.0)
    return (active @ a[..., None])[..., 0]


def start_norms(tau: float, delta: float, *, eta_a: float = 1.0, eta_w: float = 1.0) -> tuple[float, float]:
    """(|a|, ‖w‖) of one neuron with |a|‖w‖ = τ² and η_w a² − η_a‖w‖² = δ.

    With equal rates |a| = ατ, ‖w‖ = τ/α and δ = τ²(α² − α⁻²) (paper, section 5). Raises OutsideTheory unless τ > 0,
    both rates are positive and everything is finite.
    """
    for name, value in (("the overall scale τ", tau), ("the rate η_a", eta_a), ("the rate η_w", eta_w)):
        if not (math.isfinite(value) and value > 0):
            raise OutsideTheory(f"{name} must be positive and finite", got=value, do="Choose a value above 0.")
    if not math.isfinite(delta):
        raise OutsideTheory("the relative scale δ must be finite", got=delta, do="Choose a finite δ.")
    kappa = math.hypot(delta, 2.0 * math.sqrt(eta_a * eta_w) * tau**2)
    if delta >= 0:
        a = math.sqrt((kappa + delta) / (2.0 * eta_w))
        return a, tau**2 / a
    w = math.sqrt((kappa - delta) / (2.0 * eta_a))
    return tau**2 / w, w


def on_sphere(rng: np.random.Generator, count: int, d: int) -> np.ndarray:
    """`count` independent points, uniform on the unit sphere in d dimensions: [count, d]."""
    points = rng.standard_normal((count, d))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def mirrored(directions: np.ndarray, signs: np.ndarray) -> Student:
    """The student whose second half repeats the directions [m/2, d] with the opposite signs [m/2]."""
    return Student(np.concatenate([directions, directions]), np.concatenate([signs, -signs]))


def draw(*, d: int, n: int, width: int, teachers: int = 3, seed: int = 0, tests: int = 10_000) -> TeacherStudent:
    """Teacher, student and data of one seed; each has its own stream, so changing one size leaves the others as drawn.

    Raises OutsideTheory for sizes below 1, an odd width (pairs need partners), or more numbers than fit comfortably.
    """
    sizes = {"dimensions d": d, "samples n": n, "width": width, "teacher neurons": teachers, "test samples": tests}
    for name, value in sizes.items():
        _check_count(name, value)
    if width % 2:
        raise OutsideTheory(
            "the start pairs each neuron with its mirror image, so the width must be even",
            got=width,
            do=f"Use {width + 1}.",
        )
    if seed < 0:
        raise OutsideTheory("the seed must not be negative", got=seed, do="Use 0, 1, 2, …")
    if (n + tests + width + teachers) * d > LARGEST:
        raise OutsideTheory(
            f"the data may hold at most {LARGEST:,} numbers",
            got=f"{(n + tests + width + teachers) * d:,}",
            do="Lower n, d or the number of test samples.",
        )
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(4)]
    teacher = Teacher(on_sphere(streams[0], teachers, d), _signs(streams[0], teachers))
    student = mirrored(on_sphere(streams[1], width // 2, d), _signs(streams[1], width // 2))
    X, X_test = on_sphere(streams[2], n, d), on_sphere(streams[3], tests, d)
    return TeacherStudent(teacher, student, X, teacher.labels(X), X_test, teacher.labels(X_test))


def _signs(rng: np.random.Generator, count: int) -> np.ndarray:
    return np.where(rng.standard_normal(count) < 0, -1.0, 1.0)


def _check_count(name: str, value: object) -> None:
    try:
        count = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        count = 0
    if count < 1:
        raise OutsideTheory(f"the number of {name} must be a whole number above 0", got=value, do="Use 1 or more.")
