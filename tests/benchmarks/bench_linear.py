"""Exact wide networks against integrating their weights: time, ratio and largest relative difference. Prints, never gates."""

import time

import numpy as np
from scipy.integrate import solve_ivp

from core.theory.wide_linear import exact_flow, split

SIZES = ((5, 0.0), (20, 5.0), (60, -5.0), (200, 0.0), (200, 1.0), (200, -100.0))


def problem(n: int, delta: float):
    rng = np.random.default_rng(n)
    A, W = split(0.1 * rng.standard_normal((n, n)) / np.sqrt(n), delta, n)
    return A, W, rng.standard_normal((n, n)) / np.sqrt(n)


def integrate(A_0, W_0, beta_star, times):
    """The same flow by DOP853 on the weights."""
    n = len(A_0)

    def velocity(_, state):
        A, W = state.reshape(2, n, n)
        rho = beta_star - W.T @ A
        return np.stack([W @ rho, A @ rho.T]).ravel()

    run = solve_ivp(
        velocity, (0, times[-1]), np.stack([A_0, W_0]).ravel(), "DOP853", t_eval=times, rtol=1e-12, atol=1e-14
    )
    A, W = np.moveaxis(run.y.T.reshape(-1, 2, n, n), 1, 0)
    return np.swapaxes(W, 1, 2) @ A


def clocked(function, *arguments):
    start = time.process_time()
    value = function(*arguments)
    return value, time.process_time() - start


def main() -> None:
    print("  n       δ   |δ|T  exact CPU s  DOP853 CPU s  ratio exact/DOP853  largest relative difference")
    for n, delta in SIZES:
        A, W, beta_star = problem(n, delta)
        horizon = 100 / abs(delta) if delta else 20.0
        times = np.linspace(0.0, horizon, 120)
        exact, own = clocked(exact_flow, A, W, beta_star, times)
        reference, other = clocked(integrate, A, W, beta_star, times)
        gap = np.abs(exact - reference).max() / np.abs(reference).max()
        print(f"{n:4d} {delta:7g} {abs(delta) * horizon:6g} {own:11.3f} {other:13.3f} {own / other:19.3f} {gap:28.1e}")


if __name__ == "__main__":
    main()
