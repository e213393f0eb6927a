"""Gradient descent, and gradient descent whose step grows with time: method A, for tails of the train loss.

θ, speed ↔ theta, speed ↔ [d·m + m] ↔ parameters and −η ∂L/∂θ
k ↔ clock[0] ↔ steps of descent at the given rate (flow time = rate·k)
λ ↔ clock[1] ↔ 1/time ↔ sharpness: a step h is stable while hλ < 2
L ↔ clock[2] ↔ loss before the last step      gradients taken ↔ clock[3]

Every step is h = min(0.9·2/(1.1 λ), growth·t, 2 growth/ω, the way to the goal), at least one step of descent; ω is the
largest relative speed ‖θ̇_i‖/‖θ_i‖ of a neuron. λ is followed by one power iteration every 20 steps.
"""

import numpy as np

from core.training.relu.compiled import compiled
from core.training.relu.gradient import sharpness, velocity

ARRIVED, CONVERGED, DIVERGED, ROUNDED = 0, 1, 2, 3
SAFETY = 0.9 * 2.0 / 1.1
FOLLOW = 20


@compiled
def verdict(loss, stop, floor, ceiling):
    """What a loss says: converged below stop, rounded off below floor, diverged above ceiling or not a number."""
    if not loss <= ceiling:
        return DIVERGED
    if loss < stop:
        return CONVERGED
    if loss < floor:
        return ROUNDED
    return ARRIVED


@compiled
def descend(theta, speed, clock, goal, rate, stop, floor, ceiling, for_velocity):
    """Exact gradient descent until step `goal`, unless the loss gives another verdict first; returns the verdict."""
    while clock[0] < goal - 0.5:
        clock[2] = velocity(theta, speed, *for_velocity)
        clock[3] += 1
        found = verdict(clock[2], stop, floor, ceiling)
        if found != ARRIVED:
            return found
        for k in range(theta.size):
            theta[k] += rate * speed[k]
        clock[0] += 1
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
def grow(theta, speed, clock, probe, goal, rate, growth, stop, floor, ceiling, for_velocity, for_sharpness):
    """Growing-step descent until time `goal` (in steps), unless the loss gives another verdict first."""
    d, m = for_velocity[3].shape
    taken = 0
    last = np.inf
    while clock[0] < goal * (1.0 - 1e-12):
        clock[2] = velocity(theta, speed, *for_velocity)
        clock[3] += 1
        found = verdict(clock[2], stop, floor, ceiling)
        if found != ARRIVED:
            return found
        if taken % FOLLOW == 0 or clock[2] > 1.5 * last:
            turns = 1 if taken % FOLLOW == 0 else 5
            clock[1] = sharpness(theta, probe, *for_sharpness, turns)
            clock[3] += turns
        last = clock[2]
        step = min(SAFETY / clock[1], 2.0 * growth / fastest_turn(theta, speed, d, m)) / rate
        step = min(max(1.0, min(step, growth * clock[0])), goal - clock[0])
        for k in range(theta.size):
            theta[k] += rate * step * speed[k]
        clock[0] += step
        taken += 1
    clock[0] = goal
    return ARRIVED
