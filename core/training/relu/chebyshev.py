"""A stabilised Chebyshev integrator of the gradient flow: method B, for latency and for the map.

s ↔ stages ↔ gradients per step; stable while h ρ < about 0.65 s², ρ an upper bound of the sharpness
θ_j ↔ stage values ↔ [d·m + m]       path, clock, rules, work: see core.training.relu.state

Second-order Runge–Kutta–Chebyshev formulas with error estimate: Sommeijer, Shampine, Verwer, "RKC: an explicit solver
for parabolic PDEs", J. Comput. Appl. Math. 88 (1998). The error is measured neuron by neuron against the smaller of its
size and the typical distance travelled since the start, because lazy networks hardly move. A Chebyshev step damps stiff
modes by only a third, so each way to a goal ends with a few short steps of descent, which settle them.
"""

import math

import numpy as np

from core.training.relu.compiled import compiled
from core.training.relu.gradient import sharpness, velocity
from core.training.relu.growing import ARRIVED, verdict

MOST_STAGES = 60
DAMPING = 2.0 / 13.0
SETTLING = 12


@compiled
def coefficients(s):
    """mu, nu, mu~, gamma~ of stages 0..s: arrays [4, s + 1] (eqs. 2.3–2.7 of the reference)."""
    w0 = 1.0 + DAMPING / s**2
    T = np.ones(s + 1)
    dT = np.zeros(s + 1)
    ddT = np.zeros(s + 1)
    T[1], dT[1] = w0, 1.0
    for j in range(2, s + 1):
        T[j] = 2 * w0 * T[j - 1] - T[j - 2]
        dT[j] = 2 * w0 * dT[j - 1] - dT[j - 2] + 2 * T[j - 1]
        ddT[j] = 2 * w0 * ddT[j - 1] - ddT[j - 2] + 4 * dT[j - 1]
    w1 = dT[s] / ddT[s]
    b = np.empty(s + 1)
    b[2:] = ddT[2:] / dT[2:] ** 2
    b[0] = b[1] = b[2]
    c = np.zeros((4, s + 1))
    c[2, 1] = b[1] * w1
    for j in range(2, s + 1):
        c[0, j] = 2 * b[j] * w0 / b[j - 1]
        c[1, j] = -b[j] / b[j - 2]
        c[2, j] = 2 * b[j] * w1 / b[j - 1]
        c[3, j] = -(1.0 - b[j - 1] * T[j - 1]) * c[2, j]
    return c


@compiled
def chebyshev_step(theta, speed, h, s, stages, speed_j, work):
    """Leaves θ after a step h in the returned row of stages[3, :]; speed is the velocity at theta."""
    c = coefficients(s)
    before, now, after = 0, 1, 2
    stages[before] = theta
    for k in range(theta.size):
        stages[now, k] = theta[k] + c[2, 1] * h * speed[k]
    for j in range(2, s + 1):
        velocity(stages[now], speed_j, work)
        mu, nu, mu_h, gamma_h = c[0, j], c[1, j], c[2, j] * h, c[3, j] * h
        for k in range(theta.size):
            stages[after, k] = (
                (1.0 - mu - nu) * theta[k]
                + mu * stages[now, k]
                + nu * stages[before, k]
                + mu_h * speed_j[k]
                + gamma_h * speed[k]
            )
        before, now, after = now, after, before
    return now


@compiled
def relative_error(theta, new, start, speed, speed_new, h, d, m):
    """rms over neurons of the step's error estimate against min(its size, rms distance travelled)."""
    wrong = np.zeros(m)
    size = np.zeros(m)
    travelled = 0.0
    for j in range(d + 1):
        for i in range(m):
            k = j * m + i
            e = 0.8 * (theta[k] - new[k]) + 0.4 * h * (speed[k] + speed_new[k])
            wrong[i] += e * e
            size[i] += theta[k] ** 2
            travelled += (new[k] - start[k]) ** 2
    travelled /= m
    total = 0.0
    for i in range(m):
        total += wrong[i] / max(min(size[i], travelled), 1e-300)
    return math.sqrt(total / m)


@compiled
def curvature_of_fit(theta, speed, d, m):
    """max_i ‖∂L/∂w_i‖/|a_i|: a bound on what the residuals add to the sharpness."""
    steepest = 0.0
    for i in range(m):
        pull = 0.0
        for j in range(d):
            pull += speed[j * m + i] ** 2
        steepest = max(steepest, math.sqrt(pull) / max(abs(theta[d * m + i]), 1e-12))
    return steepest


@compiled
def settle(path, clock, goal, rules, work):
    """SETTLING equal steps of descent up to the goal; speed and the clock's loss are left at the new theta."""
    theta, speed = path.theta, path.speed
    h = rules.rate * (goal - clock.step) / SETTLING
    for _ in range(SETTLING):
        for k in range(theta.size):
            theta[k] += h * speed[k]
        clock.loss = velocity(theta, speed, work)
    clock.gradients += SETTLING
    clock.step = goal


@compiled
def next_step(clock, goal, rate, rho):
    """(step, end of the Chebyshev part, stages): as long as wanted and allowed, and dividing the way well."""
    rest = SETTLING * 0.9 / (clock.sharpness * rate)
    end = goal - rest if rest < 0.2 * (goal - clock.step) else goal
    step = max(1.0, min(clock.wanted, 0.5 * clock.step))
    way = end - clock.step
    if step >= way:
        step = way
    elif step > 0.5 * way:
        step = 0.5 * way
    s = max(2, math.ceil(math.sqrt(1.0 + 1.54 * step * rate * rho)))
    if s > MOST_STAGES:
        s = MOST_STAGES
        step = (s * s - 1) / (1.54 * rate * rho)
    return step, end, s


@compiled
def after_success(clock, error, step):
    """The clock after an accepted step: the next one by predictive control (section 3 of the reference)."""
    factor = 5.0
    if error > 0.0:
        factor = 0.8 * error ** (-1.0 / 3.0)
        if clock.error > 0.0:
            factor = min(factor, factor * (clock.error / error) ** (1.0 / 3.0) * step / clock.taken)
    grown = step * min(5.0, max(0.2, factor))
    cut_short = step < 0.99 * clock.wanted
    clock.wanted = max(clock.wanted, grown) if cut_short else grown
    clock.error, clock.taken = max(error, 1e-10), step
    clock.step += step


@compiled
def after_failure(clock, error, step):
    """The clock after a rejected step: a shorter one is wanted."""
    factor = max(0.1, 0.8 * error ** (-1.0 / 3.0)) if error < np.inf else 0.1
    clock.wanted = max(1.0, step * factor)


@compiled
def leap(path, clock, goal, rules, work):
    """Chebyshev steps until time `goal` (in steps), unless the loss gives another verdict first."""
    theta, speed = path.theta, path.speed
    d, m = work.W.shape
    stages = np.empty((3, theta.size))
    speed_new = np.empty_like(theta)
    clock.loss = velocity(theta, speed, work)
    clock.gradients += 1
    while clock.step < goal * (1.0 - 1e-12):
        found = verdict(clock.loss, rules)
        if found != ARRIVED:
            return found
        rho = 1.06 * clock.sharpness + curvature_of_fit(theta, speed, d, m)
        step, end, s = next_step(clock, goal, rules.rate, rho)
        h = rules.rate * step
        row = chebyshev_step(theta, speed, h, s, stages, speed_new, work)
        loss = velocity(stages[row], speed_new, work)
        clock.gradients += s
        error = relative_error(theta, stages[row], path.start, speed, speed_new, h, d, m) / rules.tolerance
        if not error <= 1.0 and step > 1.0:
            after_failure(clock, error, step)
            continue
        after_success(clock, error, step)
        theta[:] = stages[row]
        speed[:] = speed_new
        clock.loss = loss
        clock.sharpness = sharpness(theta, path.probe, work, 1)
        clock.gradients += 1
        if end < goal and clock.step >= end * (1.0 - 1e-12):
            settle(path, clock, goal, rules, work)
    clock.step = goal
    return ARRIVED
