"""Which index on which vectors: index_recall.py RUN [--users 500]

Recall@10 of indexes by faiss and hnswlib against the exact order of the model's scores, for users spread evenly. Prints
a Markdown table. `unlearned` keeps the rows of which nothing was learned, as an export without their status would.
"""
import argparse
import pathlib
import sys

import faiss
import hnswlib
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import alster


def graph(space, effort):
    def search(table, queries):
        index = hnswlib.Index(space=space, dim=table.shape[1])
        index.init_index(max_elements=len(table), M=16, ef_construction=200, random_seed=1)
        index.add_items(table, np.arange(len(table)), num_threads=1)
        index.set_ef(effort)
        return index.knn_query(queries, k=10)[0].astype(int)
    return search


def inverted(cosine, probes):
    def search(table, queries):
        if cosine:
            table, queries = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)
                              for rows in (table, queries))
        lists = max(1, int(4 * np.sqrt(len(table))))
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(table.shape[1]), table.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
        index.train(table)
        index.add(table)
        index.nprobe = probes
        return index.search(np.ascontiguousarray(queries, np.float32), 10)[1]
    return search


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--users", type=int, default=500)
    options = parser.parse_args()
    model = alster.Model.open(options.run)
    learned = np.flatnonzero(model.items.learned)
    factors, cosine = (np.ascontiguousarray(rows[learned]) for rows in (model.items.factors, model.ann_cosine))
    users = np.flatnonzero(model.users.learned)
    users = np.array(model.users.factors[users[:: max(1, len(users) // options.users)][:options.users]])
    longer = np.hstack([users, np.zeros((len(users), 1), np.float32)])
    exact = np.argsort(-(users.astype(np.float64) @ factors.T.astype(np.float64)), axis=1, kind="stable")[:, :10]
    everything = np.array(model.ann_cosine)
    cases = [("graph (HNSW)", "inner product", "factors", graph("ip", effort), effort, factors, users, None)
             for effort in (16, 64, 128)]
    cases += [("graph (HNSW)", "cosine", "ann_cosine", graph("cosine", effort), effort, cosine, longer, None)
              for effort in (16, 64, 128)]
    cases += [("graph (HNSW)", "cosine", "ann_cosine, unlearned rows too", graph("cosine", effort), effort, everything,
               longer, learned) for effort in (16, 64, 128) if len(learned) < len(everything)]
    cases += [("lists (IVF)", "inner product", "factors", inverted(False, 8), 8, factors, users, None),
              ("lists (IVF)", "cosine", "ann_cosine", inverted(True, 8), 8, cosine, longer, None),
              ("graph (HNSW)", "cosine", "factors: a trap", graph("cosine", 128), 128, factors, users, None),
              ("graph (HNSW)", "Euclidean", "factors: a trap", graph("l2", 128), 128, factors, users, None)]
    print(f"{len(factors)} items learned of {len(everything)}, {factors.shape[1]} numbers, {len(users)} users\n")
    print("| index | measure | vectors | ef, nprobe | recall@10 |\n|---|---|---|---|---|")
    for index, measure, vectors, search, effort, table, queries, rows in cases:
        found = search(table, queries)
        wanted = exact if rows is None else rows[exact]
        recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, wanted)])
        print(f"| {index} | {measure} | {vectors} | {effort} | {recall:.3f} |")


if __name__ == "__main__":
    main()
