#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Manifests against the Kubernetes API, as its Python client has it: classes made from the published OpenAPI document.

usage: check_manifests.py MANIFEST.yaml...

A key that a class does not have, a value of another type, and what is required and missing are errors; all are printed.
"""
import re
import sys

import yaml
from kubernetes import client

PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float), "object": object, "datetime": str}


def errors_of(value, kind, where):
    many = re.fullmatch(r"list\[(.*)\]", kind)
    named = re.fullmatch(r"dict\(str, (.*)\)", kind)
    if many or named:
        if not isinstance(value, list if many else dict):
            yield f"{where}: not a {'list' if many else 'map'}"
            return
        for key, one in enumerate(value) if many else value.items():
            yield from errors_of(one, (many or named).group(1), f"{where}.{key}")
    elif kind in PLAIN:
        if not isinstance(value, PLAIN[kind]) or (kind != "bool" and kind != "object" and isinstance(value, bool)):
            yield f"{where}: '{value}' is no {kind}"
    elif not isinstance(value, dict):
        yield f"{where}: not a {kind}"
    else:
        yield from errors_of_object(value, kind, where)


def errors_of_object(value, kind, where):
    model = getattr(client, kind)
    attributes = {name: attribute for attribute, name in model.attribute_map.items()}
    given = {}
    for name, one in value.items():
        if name not in attributes:
            yield f"{where}: {kind} has no '{name}'"
            continue
        given[attributes[name]] = one
        yield from errors_of(one, model.openapi_types[attributes[name]], f"{where}.{name}")
    try:
        model(**given)
    except ValueError as error:
        yield f"{where}: {error}"


def kind_of(manifest):
    """apps/v1 DaemonSet -> V1DaemonSet"""
    version = manifest["apiVersion"].rpartition("/")[2]
    return version[0].upper() + version[1:] + manifest["kind"]


def main():
    found = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            for manifest in yaml.safe_load_all(file):
                found += errors_of(manifest, kind_of(manifest), f"{path}: {manifest['kind']}")
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
