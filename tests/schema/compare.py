# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of traces against the program that reads them.

compare.py SCHEMA SNUG TESTS RANDOM: TESTS is this folder of tests, RANDOM one with random traces. Speaks TAP.
"""
import copy
import json
import pathlib
import random
import subprocess
import sys

import jsonschema

DAMAGED = 60  # traces for each one that is damaged

# What only the program can know: that two entries describe the same, which numbers and names there are, no run.
ONLY_SNUG = ("describes the same as", "number of 64 bits", "unknown word", "holds no run")


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, passed, what, why=""):
        self.count += 1
        self.failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self.count} - {what}")
        if not passed:
            print("# " + str(why).replace("\n", "\n# "))


def objects(node):
    """Every object of the tree that has keys, the counters' free keys aside."""
    if isinstance(node, dict):
        if node:
            yield node
        for child in node.values():
            yield from objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from objects(child)


def damage(trace, choose):
    """One key fewer, one more, or a value of another type, somewhere."""
    trace = copy.deepcopy(trace)
    target = choose.choice(list(objects(trace)))
    key = choose.choice(sorted(target))
    act = choose.randrange(3)
    if act == 0:
        del target[key]
    elif act == 1:
        target["never-heard-of"] = {}
    else:
        target[key] = choose.choice([None, 1, "?", True, [], {}, [1], "\\", {"a": 1}])
    return trace


def snug_says(snug, trace):
    """What snug complains about, "" when it reads the trace."""
    done = subprocess.run([snug, "show", "--json", "-"], input=json.dumps(trace), capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


def main(schema_path, snug, tests, random_traces):
    tap = Tap()
    schema = json.loads(pathlib.Path(schema_path).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    choose = random.Random(1)
    good = sorted(pathlib.Path(tests).glob("*/*/trace*.json")) + sorted(pathlib.Path(random_traces).glob("*.json"))
    tap.ok(len(good) > 5, "there are traces to validate", len(good))
    for path in good:
        trace = json.loads(path.read_text(encoding="utf-8"))
        error = jsonschema.exceptions.best_match(validator.iter_errors(trace))
        tap.ok(error is None, f"valid: {path.parent.name}/{path.name}", error)
    for path in sorted(pathlib.Path(tests).glob("bad-input/trace/*.json")):
        said = path.with_suffix(".said").read_text(encoding="utf-8")
        try:
            trace = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)
        except (ValueError, RecursionError):
            continue  # no JSON: no schema can judge it
        if not any(words in said for words in ONLY_SNUG):
            tap.ok(not validator.is_valid(trace), f"invalid: {path.name}", said)
    for path in sorted(pathlib.Path(tests).glob("replay/*/trace.json")) + [path for path in good if "random" in path.name]:
        original = json.loads(path.read_text(encoding="utf-8"))
        wrong = ""
        for _ in range(DAMAGED):
            trace = damage(original, choose)
            said = snug_says(snug, trace)
            if bool(said) == validator.is_valid(trace) and not any(words in said for words in ONLY_SNUG):
                wrong += f"{said or 'snug reads it, the schema does not'}: {json.dumps(trace)[:400]}\n"
        tap.ok(not wrong, f"damaged {DAMAGED} times: {path.parent.name}/{path.name}", wrong)
    print(f"1..{tap.count}")
    return tap.failed != 0


def unique(pairs):
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("duplicate key")
    return dict(pairs)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
