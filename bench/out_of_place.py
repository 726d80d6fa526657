"""How many places of lists have a remark, and how the measures are spread: out_of_place.py ALSTER MODEL DATA [USERS]."""
import json
import random
import subprocess
import sys

import h5py
import numpy as np

alster, model, data = sys.argv[1:4]
count = int(sys.argv[4]) if len(sys.argv) > 4 else 60
with h5py.File(data) as file:
    ids = [one.decode() if isinstance(one, bytes) else str(one) for one in file["users/id"][()]]
places, remarks, measures = 0, {}, {}
for user in random.Random(1).sample(ids, count):
    shown = subprocess.run([alster, "explain", "--model", model, "--data", data, "--user", user, "--k", "20", "--json"],
                           capture_output=True, text=True, check=True).stdout
    for item in json.loads(shown)["items"]:
        places += "measures" in item
        for name, value in item.get("measures", {}).items():
            measures.setdefault(name, []).append(value)
        for remark in item.get("out_of_place", []):
            kind = remark.split(":")[0]
            remarks[kind] = remarks.get(kind, 0) + 1
print(f"{places} places:", ", ".join(f"{kind} {number}" for kind, number in sorted(remarks.items())))
for name, values in measures.items():
    print(f"{name:<18}", " ".join(f"{q:.0%}: {np.quantile(values, q):.3g}" for q in (.01, .05, .25, .5, .75, .95, .99)))
