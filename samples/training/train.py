#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Learn to read handwritten digits.

usage: train.py FOLDER

Loads the data, tries settings in a pool of processes, trains with the best of them and writes a
checkpoint after each epoch; goes on from the last checkpoint that it finds in FOLDER.
"""
import json
import multiprocessing
import os
import pickle
import sys

import numpy
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

EPOCHS_PER_RUN = 4
STRENGTHS = (1e-5, 1e-4, 1e-3, 1e-2)


def load_data():
    digits = load_digits()
    return train_test_split(digits.data / 16.0, digits.target, test_size=0.25, random_state=7)


def fresh_model(strength):
    return SGDClassifier(loss="log_loss", alpha=strength, random_state=7)


def try_strength(strength):
    """Runs in a process of the pool."""
    seen, unseen, seen_labels, unseen_labels = load_data()
    model = fresh_model(strength)
    model.fit(seen, seen_labels)
    return float(model.score(unseen, unseen_labels)), strength


def best_strength():
    pool = multiprocessing.Pool(2)
    best = max(pool.map(try_strength, STRENGTHS))[1]
    # Not "with": that sends SIGTERM to whichever worker has not ended yet, in some runs and not in others.
    pool.close()
    pool.join()
    return best


def checkpoint_path(folder, epoch):
    return os.path.join(folder, f"checkpoint-{epoch:03}.pickle")


def write_whole(path, content):
    """A reader sees the old file or the new one, even after a power cut."""
    with open(path + ".new", "wb") as new:
        new.write(content)
        new.flush()
        os.fsync(new.fileno())
    os.replace(path + ".new", path)


def last_checkpoint(folder):
    names = sorted(name for name in os.listdir(folder) if name.startswith("checkpoint-") and name.endswith(".pickle"))
    if not names:
        return 0, fresh_model(best_strength())
    with open(os.path.join(folder, names[-1]), "rb") as file:
        state = pickle.load(file)
    return state["epoch"], state["model"]


def train(folder):
    seen, unseen, seen_labels, unseen_labels = load_data()
    start, model = last_checkpoint(folder)
    random = numpy.random.default_rng(start)
    for epoch in range(start + 1, start + EPOCHS_PER_RUN + 1):
        order = random.permutation(len(seen))
        model.partial_fit(seen[order], seen_labels[order], classes=numpy.unique(seen_labels))
        write_whole(checkpoint_path(folder, epoch), pickle.dumps({"epoch": epoch, "model": model}))
        accuracy = float(model.score(unseen, unseen_labels))
        print(f"epoch {epoch}: accuracy {accuracy:.3f}", flush=True)
    metrics = {"accuracy": round(accuracy, 4), "epochs": epoch, "resumed_from": start}
    write_whole(os.path.join(folder, "metrics.json"), json.dumps(metrics, sort_keys=True).encode() + b"\n")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: train.py FOLDER")
    train(sys.argv[1])
    train(sys.argv[1])


if __name__ == "__main__":
    main()
