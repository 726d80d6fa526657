"""A user's equation from model.h5 and dataset.h5 as docs/formats.md has it: in fp64, with numpy and h5py only."""
import h5py
import numpy as np

CONSUMED = 1


class Witness:
    """The equations of a model's users."""

    def __init__(self, model, data):
        with h5py.File(model) as file:
            self.a = dict(file.attrs)
            self.X, self.Y = (file[f"{side}/factors"][()].astype(np.float64) for side in ("users", "items"))
            self.G = file["gram/items"][()]
            self.users, self.items = (self.ids(file, side) for side in ("users", "items"))
        with h5py.File(data) as file:
            self.rows = {name: column[()] for name, column in file["train/by_user"].items()}
        self.explicit = self.a["objective"] == "explicit"

    @staticmethod
    def ids(file, side):
        ids = file[f"{side}/id"]
        return list(ids.asstr()[()]) if ids.attrs["id_kind"] == "string" else [str(one) for one in ids[()]]

    def history(self, user):
        first, last = self.rows["offsets"][user:user + 2]
        part = {name: column[first:last] for name, column in self.rows.items() if name != "offsets"}
        ones = np.ones(last - first)
        role, p, values = part.get("role", ones.astype(int)), part.get("preferences", ones), part["values"]
        liked = (role & CONSUMED) != 0
        liked &= values > self.a["mean"] if self.explicit else p > 0
        return part["columns"], liked, values.astype(float), part.get("confidences"), p.astype(float)

    def equation(self, user):
        """Regressors, confidences, confidence times preference, and what each row of this length adds: D."""
        columns, _, values, confidences, p = self.history(user)
        n, Y = len(columns), self.Y[columns]
        if self.explicit:
            penalty = np.full(self.a["factors"] + 1, self.a["lambda"])
            penalty[-1] = self.a["bias_lambda"]
            return Y[:, :-1], np.ones(n), values - self.a["mean"] - Y[:, -1], np.diag(penalty * float(n)**self.a["nu"])
        c = np.ones(n) if confidences is None else confidences.astype(float)
        cp = c * p
        if self.a["alpha"] > 0:
            c = self.a["alpha"] * (values if confidences is None else c)
            cp = (1 + c) * p
        penalty = self.a["lambda"] * (n + self.a["alpha0"] * self.a["n_items"])**self.a["nu"]
        return Y, c, cp, self.a["alpha0"] * self.G + penalty * np.eye(len(self.G))

    def base(self, item):
        return self.a["mean"] + self.Y[item][-1] if self.explicit else 0

    def target(self, item):
        return self.Y[item][:-1] if self.explicit else self.Y[item]

    def score(self, user, item, without=None):
        Y, c, cp, D = self.equation(user)
        kept = np.arange(len(c)) != (-1 if without is None else without)
        x = np.linalg.solve(D + Y[kept].T @ (c[kept, None] * Y[kept]), Y[kept].T @ cp[kept])
        return self.base(item) + self.target(item) @ x

    def weights(self, user, item, split):
        Y, c, cp, D = self.equation(user)
        M = D + Y.T @ (c[:, None] * Y)
        if split == "hu-koren":
            return cp * (Y @ np.linalg.solve(M, self.target(item)))
        if split == "dual":
            return (cp - c * (Y @ np.linalg.solve(M, Y.T @ cp))) * (Y @ np.linalg.solve(D, self.target(item)))
        whole = self.score(user, item)
        return np.array([whole - self.score(user, item, event) for event in range(len(c))])

    def scale(self):
        return max(1e-3, np.abs(self.X @ self.Y[:50].T).max())
