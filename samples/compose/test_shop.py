#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The shop's integration test: starts its three services, asks for the page, takes them down. ./test_shop.py, or pytest."""
import os
import shutil
import subprocess
import time
import unittest
import urllib.error
import urllib.request

FOLDER = os.path.dirname(os.path.abspath(__file__))
PAGE = "http://127.0.0.1:8080"


def compose(*words):
    known = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    command = ["docker", "compose"] if known.returncode == 0 else [shutil.which("docker-compose")]
    done = subprocess.run([*command, *words], cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"compose {' '.join(words)}: {done.stdout}{done.stderr}")


def get(path):
    with urllib.request.urlopen(PAGE + path, timeout=10) as answer:
        return answer.read().decode()


class Shop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(compose, "down")
        compose("up", "--detach", "--build")
        deadline = time.monotonic() + 60
        while True:
            try:
                return get("/visits")
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def test_visits_are_counted(self):
        before = int(get("/visits"))
        self.assertEqual(int(get("/visits")), before + 1)

    def test_other_pages_are_not_there(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            get("/admin")
        self.assertEqual(refused.exception.code, 404)


if __name__ == "__main__":
    unittest.main(verbosity=0)
