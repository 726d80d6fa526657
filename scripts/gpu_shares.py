"""What a half-step and the basis take at least on a device, by its floors (gpu_floors)."""
import re

# bytes of an element of the table, and the floor and number of products of a multiply-add, by the backend's name
MODES = {"fp32": (4, ("fma", "fp32"), 1), "tf32x3": (4, ("mma.sync", "tf32"), 3), "bf16": (2, ("mma.sync", "bf16"), 1)}

# the largest order of each bin of the row solver that fits shared memory
BIN_ORDERS = (32, 64, 128, 256)

NAMES = ("gathered once", "gathered as read", "assembly", "cholesky", "cholesky alone", "copy")
TRUE_FLOORS = ("gathered once", "assembly", "cholesky", "copy")   # of any way to do it

EXPLANATION = (
    "Half-steps beside what bounds them, in milliseconds: the table's rows gathered once, or as often as they are read "
    "(primal twice, dual three times), from the second-level cache where the table fits it; the assembly's products at "
    "the rate of the precision; Cholesky's multiply-adds at the fp32 rate, and as the row solver's own Cholesky does in "
    "shared memory alone, each system counted as the largest of its bin (missing where some are above 256); factors and "
    "interactions copied. The share is that of the highest floor, with rows gathered once, and as they are read.")


class Floors:
    def __init__(self, lines):
        self.lines = [line for line in lines if "floor" in line]
        self.cache_bytes = max((line.get("cache_bytes", 0) for line in lines), default=0)

    def rate(self, floor, of):
        return next((line["value"] for line in self.lines if (line["floor"], line["of"]) == (floor, of)), None)

    def gather(self, row_bytes, table_bytes):
        """GB/s for rows of this size, or the largest measured below it, out of the second-level cache if they fit it."""
        sizes = {}
        for line in self.lines:
            if found := re.fullmatch(r"rows of (\d+) bytes out of (\d+) MiB", line["of"]):
                sizes.setdefault(int(found[2]), {})[int(found[1])] = line["value"]
        if not sizes:
            return None
        rates = sizes[min(sizes) if table_bytes <= self.cache_bytes else max(sizes)]
        return rates[max((size for size in rates if size <= row_bytes), default=min(rates))]

    def cholesky_ms(self, systems):
        """Of the row solver's own Cholesky alone; None where an order was not measured."""
        milliseconds = 0
        for count, order in zip(systems, (*BIN_ORDERS, None)):
            rate = self.rate("cholesky", f"order {order} in shared memory")
            if count and not rate:
                return None
            milliseconds += count / rate if count else 0
        return milliseconds


def half_step(sweep, side, floors):
    """Milliseconds by what bounds it: NAMES, those that are known."""
    element_bytes, rate_name, products = MODES[sweep["backend"]]
    row_bytes = sweep["factors"] * element_bytes
    fixed = sweep["items" if side == "users" else "users"]
    gather, rate = floors.gather(row_bytes, fixed * row_bytes), floors.rate(*rate_name)
    fma, copy = floors.rate("fma", "fp32"), floors.rate("copy", "HBM")
    bounds = {}
    if gather:
        bounds["gathered once"] = 1e-6 * sweep["interactions"] * row_bytes / gather
        bounds["gathered as read"] = 1e-6 * sweep[f"{side}_rows_read"] * row_bytes / gather
    if rate:
        bounds["assembly"] = products * sweep[f"{side}_assembly_gflop"] / rate
    if fma:
        bounds["cholesky"] = sweep[f"{side}_cholesky_gflop"] / fma
    bounds["cholesky alone"] = floors.cholesky_ms(sweep[f"{side}_systems"])
    if copy:
        bounds["copy"] = 1e-6 * 4 * (sweep[side] * sweep["factors"] + sweep["interactions"]) / copy
    return {name: value for name, value in bounds.items() if value is not None}


def add_half_step_shares(sweep, floors):
    for side in ("users", "items"):
        bounds = half_step(sweep, side, floors)
        true = {name: bounds[name] for name in TRUE_FLOORS if name in bounds}
        if not true or sweep[f"{side}_ms"] <= 0:
            continue
        highest = max(true, key=true.get)
        sweep[f"{side}_floors"] = bounds
        sweep[f"{side}_floor"] = highest
        sweep[f"{side}_share"] = true[highest] / sweep[f"{side}_ms"]
        if "gathered as read" in bounds:
            sweep[f"{side}_share_as_read"] = max(*true.values(), bounds["gathered as read"]) / sweep[f"{side}_ms"]


def add_basis_shares(sweep, floors):
    """The same for the users' Gramian (rows · w² flop, half a square) and rotation (2 · rows · w²), both in fp64."""
    rate, copy = floors.rate("fma", "fp64"), floors.rate("copy", "HBM")
    table_gb = 4e-9 * sweep["users"] * sweep["factors"]
    gflop = 1e-9 * sweep["users"] * sweep["factors"] ** 2
    for part, flop, bytes_moved in (("gramian", gflop, table_gb), ("rotation", 2 * gflop, 2 * table_gb)):
        took = sweep.get(f"users_{part}_ms", 0)
        if not (rate and copy and took > 0):
            continue
        bounds = {"fp64": flop / rate, "copy": 1e3 * bytes_moved / copy}
        sweep[f"{part}_floor"] = max(bounds, key=bounds.get)
        sweep[f"{part}_share"] = max(bounds.values()) / took


def add_shares(sweeps, lines):
    floors = Floors(lines)
    for sweep in sweeps:
        if sweep["backend"] in MODES:
            add_half_step_shares(sweep, floors)
            add_basis_shares(sweep, floors)
