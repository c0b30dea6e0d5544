#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An engine's socket that answers about any container, or that takes every question and never answers.

usage: engine_socket.py SOCKET LOG answer|hang|deny

LOG gets one line a question. "answer": Docker's JSON, of image registry:5000/shop/front:2 with compose labels.
"""
import json
import socket
import sys

CONTAINER = {"Id": "x", "Name": "/random_name", "Image": "sha256:" + "1" * 64, "Config": {
    "Image": "registry:5000/shop/front:2",
    "Labels": {"com.docker.compose.project": "shop", "com.docker.compose.service": "front", "other": "x"}}}
IMAGE = {"RepoDigests": ["registry:5000/shop/front@sha256:" + "2" * 64]}


def main(path, log, manner):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(16)
    kept = []
    while True:
        connection, _ = listener.accept()
        question = connection.recv(65536).decode().split("\r\n")[0]
        with open(log, "a", encoding="utf-8") as out:
            print(question, file=out)
        if manner == "hang":
            kept.append(connection)
            continue
        body = json.dumps(IMAGE if "/images/" in question else CONTAINER).encode()
        status = b"404 Not Found" if manner == "deny" else b"200 OK"
        connection.sendall(b"HTTP/1.0 " + status + b"\r\nContent-Type: application/json\r\n\r\n" + body)
        connection.close()


main(*sys.argv[1:])
