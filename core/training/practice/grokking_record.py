"""What grokking keeps of its runs while they train: accuracies at the checkpoints, and when each run fitted and grokked."""

import numpy as np
import torch

from core.training.practice import harness as ground

GROKKED = 0.99


class Record:
    """Accuracies at the checkpoints and the first steps at which a run fits and groks, kept on the device until looked at.

    A run that has grokked adds nothing any more, whether it has left the batch or not yet.
    """

    def __init__(self, steps: np.ndarray, runs: int, device: str):
        self.column = {int(step): k for k, step in enumerate(steps)}
        self.curves = torch.full((3, runs, len(steps)), torch.nan, device=device)
        self.fitted, self.grokked = torch.full((2, runs), torch.nan, device=device)
        self.unseen = False

    def note(self, step: int, alive: torch.Tensor, train: torch.Tensor, validation: torch.Tensor, loss: torch.Tensor):
        fitted, grokked = self.fitted[alive], self.grokked[alive]
        going, fits = torch.isnan(grokked), train >= GROKKED
        self.fitted[alive] = torch.where(going & fits & torch.isnan(fitted), step, fitted)
        self.grokked[alive] = torch.where(going & fits & (validation >= GROKKED), step, grokked)
        column = self.column.get(step)
        if column is not None:
            now = torch.stack([train, validation, loss]).float()
            self.curves[:, alive, column] = torch.where(going, now, self.curves[:, alive, column])
            self.unseen = True

    def arrays(self, shape: tuple[int, int]) -> ground.Arrays:
        self.unseen = False
        names = ("train_accuracy", "validation_accuracy", "train_loss")
        every = dict(zip(names, self.curves, strict=True)) | {"fitted": self.fitted, "grokked": self.grokked}
        return {name: value.cpu().numpy().reshape(*shape, *value.shape[1:]).copy() for name, value in every.items()}
