"""Gradient descent, and gradient descent whose step grows with time: method A, for tails of the train loss.

θ, k, λ, L ↔ path.theta, clock.step, clock.sharpness, clock.loss: see core.training.relu.state

Every step is h = min(0.9·2/(1.1 λ), growth·t, 2 growth/ω, the way to the goal), at least one step of descent; ω is the
largest relative speed ‖θ̇_i‖/‖θ_i‖ of a neuron. λ is followed by one power iteration every 20 steps.

Ours.
"""

import numpy as np

from core.training.relu.compiled import compiled
from core.training.relu.gradient import sharpness, velocity

ARRIVED, CONVERGED, DIVERGED, ROUNDED = 0, 1, 2, 3
SAFETY = 0.9 * 2.0 / 1.1
FOLLOW = 20


@compiled
def verdict(loss, rules):
    """What a loss says: converged below stop, rounded off below floor, diverged above ceiling or not a number."""
    if not loss <= rules.ceiling:
        return DIVERGED
    if loss < rules.stop:
        return CONVERGED
    if loss < rules.floor:
        return ROUNDED
    return ARRIVED


@compiled
def descend(path, clock, goal, rules, work):
    """Exact gradient descent until step `goal`, unless the loss gives another verdict first; returns the verdict."""
    theta, speed = path.theta, path.speed
    while clock.step < goal - 0.5:
        clock.loss = velocity(theta, speed, work)
        clock.gradients += 1
        found = verdict(clock.loss, rules)
        if found != ARRIVED:
            return found
        for k in range(theta.size):
            theta[k] += rules.rate * speed[k]
        clock.step += 1
    return ARRIVED


@compiled
def fastest_turn(theta, speed, d, m):
    """ω = max_i ‖θ̇_i‖/‖θ_i‖ over neurons, 1/time."""
    fastest = 0.0
    for i in range(m):
        size = theta[d * m + i] ** 2
        pace = speed[d * m + i] ** 2
        for j in range(d):
            size += theta[j * m + i] ** 2
            pace += speed[j * m + i] ** 2
        if pace > fastest * size:
            fastest = pace / size if size > 0.0 else np.inf
    return np.sqrt(fastest)


@compiled
def grow(path, clock, goal, rules, work):
    """Growing-step descent until time `goal` (in steps), unless the loss gives another verdict first."""
    theta, speed, rate = path.theta, path.speed, rules.rate
    d, m = work.W.shape
    step, lam, last = clock.step, clock.sharpness, np.inf
    taken, found = 0, ARRIVED
    while step < goal * (1.0 - 1e-12):
        loss = velocity(theta, speed, work)
        clock.gradients += 1
        found = verdict(loss, rules)
        if found != ARRIVED:
            break
        if taken % FOLLOW == 0 or loss > 1.5 * last:
            turns = 1 if taken % FOLLOW == 0 else 5
            lam = sharpness(theta, path.probe, work, turns)
            clock.gradients += turns
        last = loss
        allowed = min(SAFETY / lam, 2.0 * rules.growth / fastest_turn(theta, speed, d, m)) / rate
        stride = min(max(1.0, min(allowed, rules.growth * step)), goal - step)
        h = rate * stride
        for k in range(theta.size):
            theta[k] += h * speed[k]
        step += stride
        taken += 1
    clock.step = goal if found == ARRIVED else step
    clock.sharpness, clock.loss = lam, last
    return found
