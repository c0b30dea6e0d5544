#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the steps of a GitHub workflow here, in their order and as written, as a runner would.

usage: github_steps.py WORKFLOW JOB FOLDER OWNER/NAME=TREE...

Checks the workflow, and each action that it uses, against the schemas in tests/engines/schemas. Then runs the job in the current
folder, which is the repository as actions/checkout leaves it. FOLDER gets what a runner keeps elsewhere: summary.md, and
artifacts/NAME/. An action OWNER/NAME/PATH@REF is the one in TREE/PATH. Only what samples need of the language of expressions is
known here; the rest is an error, not a guess.
"""
import json
import os
import re
import shutil
import subprocess
import sys

import jsonschema
import yaml

SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schemas")
CONDITIONS = {
    "success()": lambda failed: not failed,
    "failure()": lambda failed: failed,
    "always()": lambda failed: True,
}


class StepFailed(Exception):
    pass


def load(path, schema):
    with open(path, encoding="utf-8") as file:
        # "on" is a word to GitHub, and a truth value to YAML 1.1.
        content = {"on" if key is True else key: value for key, value in yaml.safe_load(file).items()}
    with open(f"{SCHEMAS}/{schema}", encoding="utf-8") as file:
        jsonschema.Draft7Validator(json.load(file)).validate(content)
    return content


def expand(text, context):
    """Puts in the values of ${{ name }}."""
    def value(match):
        if match[1] not in context:
            raise SystemExit(f"github_steps.py: unknown here: {match[0]}")
        return context[match[1]]
    return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", value, str(text))


class Job:
    def __init__(self, folder, trees):
        self.folder = os.path.abspath(folder)
        self.trees = trees
        self.workspace = os.getcwd()
        self.failed = False
        os.makedirs(f"{self.folder}/artifacts", exist_ok=True)
        self.environment = dict(os.environ, CI="true", GITHUB_ACTIONS="true", GITHUB_WORKSPACE=self.workspace,
                                GITHUB_STEP_SUMMARY=f"{self.folder}/summary.md", RUNNER_TEMP=self.folder)
        for name in ("ENV", "PATH", "OUTPUT"):
            self.environment[f"GITHUB_{name}"] = f"{self.folder}/{name.lower()}"

    def take_files(self):
        """What a step wrote for those after it."""
        for name in ("env", "path", "output"):
            path = f"{self.folder}/{name}"
            with open(path, "a+", encoding="utf-8") as file:
                file.seek(0)
                lines = file.read().splitlines()
                file.truncate(0)
            for line in lines:
                if name == "env":
                    key, _, value = line.partition("=")
                    self.environment[key] = value
                elif name == "path":
                    self.environment["PATH"] = f"{line}:{self.environment['PATH']}"

    def run(self, step, context, title):
        # The shell as GitHub calls it: a step that names bash stops at a failure inside of a pipe, too.
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if "shell" in step else ["bash", "-e"]
        if step.get("shell", "bash") != "bash":
            raise SystemExit(f"github_steps.py: unknown shell: {step['shell']}")
        script = f"{self.folder}/step.sh"
        with open(script, "w", encoding="utf-8") as file:
            file.write(expand(step["run"], context))
        environment = dict(self.environment)
        environment.update({key: expand(value, context) for key, value in step.get("env", {}).items()})
        status = subprocess.run([*shell, script], env=environment, stdin=subprocess.DEVNULL, check=False,
                                cwd=os.path.join(self.workspace, expand(step.get("working-directory", "."), context))).returncode
        self.take_files()
        if status:
            raise StepFailed(f"{title}: exit status {status}")

    def upload(self, inputs):
        """actions/upload-artifact: one path, which is left out like any hidden one unless the step asks for those."""
        hidden = any(part.startswith(".") for part in inputs["path"].split("/"))
        if os.path.exists(inputs["path"]) and (not hidden or inputs.get("include-hidden-files")):
            target = f"{self.folder}/artifacts/{inputs['name']}"
            os.makedirs(target, exist_ok=True)
            shutil.copy(inputs["path"], target)
        elif inputs.get("if-no-files-found") == "error":
            raise StepFailed(f"no files were found: {inputs['path']}")

    def use(self, step, context, title):
        name = step["uses"].partition("@")[0]
        inputs = {key: expand(value, context) if isinstance(value, str) else value for key, value in step.get("with", {}).items()}
        if name == "actions/checkout":
            return
        if name == "actions/upload-artifact":
            self.upload(inputs)
            return
        owner, project, path = name.split("/", 2)
        folder = os.path.join(self.trees[f"{owner}/{project}"], path)
        action = load(f"{folder}/action.yml", "github-action.json")
        if action["runs"]["using"] != "composite":
            raise SystemExit(f"github_steps.py: not composed of steps: {title}")
        known = action.get("inputs", {})
        missing = [key for key, value in known.items() if value.get("required") and "default" not in value and key not in inputs]
        if missing or set(inputs) - set(known):
            raise SystemExit(f"github_steps.py: {title}: inputs {sorted(inputs)} do not fit {sorted(known)}")
        values = {f"inputs.{key}": inputs.get(key, value.get("default", "")) for key, value in known.items()}
        self.steps(action["runs"]["steps"], dict(values, **{"github.action_path": folder}))

    def steps(self, steps, context):
        for step in steps:
            title = step.get("name") or step.get("uses") or step["run"].splitlines()[0]
            if not CONDITIONS[step.get("if", "success()")](self.failed):
                continue
            print(f"== {title}", flush=True)
            try:
                (self.run if "run" in step else self.use)(step, context, title)
            except StepFailed as failure:
                print(f"== failed: {failure}", flush=True)
                self.failed = True


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    workflow, name, folder = sys.argv[1:4]
    job = Job(folder, dict(tree.split("=", 1) for tree in sys.argv[4:]))
    job.steps(load(workflow, "github-workflow.json")["jobs"][name]["steps"], {"github.workspace": job.workspace})
    sys.exit(1 if job.failed else 0)


if __name__ == "__main__":
    main()
