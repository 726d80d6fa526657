"""Users' equations solved from the model file by h5py and numpy, in fp64: shares no code with the package."""
import h5py
import numpy as np


class Witness:
    def __init__(self, run, data):
        with h5py.File(f"{run}/model.h5", "r") as model:
            self.a = dict(model.attrs)
            self.X, self.Y = (model[side]["factors"][()].astype(np.float64) for side in ("users", "items"))
        with h5py.File(data, "r") as file:
            rows = file["train/by_user"]
            self.offsets = rows["offsets"][()]
            self.rows = {name: rows[name][()] for name in ("columns", "values", "confidences", "preferences")
                         if name in rows}

    def history(self, user):
        """[(item, value, confidence, preference)], None for what the dataset does not have."""
        range_ = range(self.offsets[user], self.offsets[user + 1])
        return [tuple(self.rows[name][n] if name in self.rows else None
                      for name in ("columns", "values", "confidences", "preferences")) for n in range_]

    def quadratic(self, history, size):
        """The matrix and right side of the objective of docs/mathematics.md, summed pair by pair over all items.

        `size`: what the penalty counts as the length of the history.
        """
        if self.a["objective"] == "explicit":
            f = self.a["factors"]
            A = np.diag([self.a["lambda"]] * f + [self.a["bias_lambda"]]) * float(size) ** self.a["nu"]
            b = np.zeros(f + 1)
            for item, value, _, _ in history:
                z = self.Y[item, :f + 1]
                A += np.outer(z, z)
                b += (value - self.a["mean"] - self.Y[item, f + 1]) * z
            return A, b
        alpha0 = self.a["alpha0"]
        A = np.eye(self.Y.shape[1]) * self.a["lambda"] * (size + alpha0 * len(self.Y)) ** self.a["nu"]
        b = np.zeros(len(A))
        for y in self.Y:
            A += alpha0 * np.outer(y, y)
        for item, value, confidence, preference in history:
            y, p = self.Y[item], 1.0 if preference is None else float(preference)
            strength = float(value if confidence is None else confidence)
            if self.a["alpha"] > 0:   # Hu, Koren and Volinsky: 1 + alpha r on what was seen, 1 on all, so alpha r more
                A += self.a["alpha"] * strength * np.outer(y, y)
                b += (1 + self.a["alpha"] * strength) * p * y
            else:
                c = 1.0 if confidence is None else float(confidence)
                A += c * np.outer(y, y)
                b += c * p * y
        return A, b

    def vector(self, history, size=None):
        x = np.linalg.solve(*self.quadratic(history, max(1, len(history)) if size is None else size))
        return np.append(x, 1.0) if self.a["objective"] == "explicit" else x

    def score(self, x, item):
        return self.a["mean"] + self.Y[item] @ x
