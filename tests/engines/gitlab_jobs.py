#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the jobs of a pipeline of GitLab here, in their order and as written, each in a container of its image.

usage: gitlab_jobs.py PIPELINE.yml FOLDER [IMAGE...]

The repository is the current folder. FOLDER gets what a runner has elsewhere: builds/, which every container of a job sees as /builds, and
artifacts/JOB/. The images are what a registry would have: a service that is a Docker of its own is given them. Ends with 1 if a job
failed; a job whose stage comes after that does not run. Only what samples need of the language is known here; the rest is an error.
"""
import os
import re
import shutil
import subprocess
import sys

import yaml

STAGES = (".pre", "build", "test", "deploy", ".post")
KEYS = {"stage": str, "image": (str, dict), "services": list, "variables": dict, "script": list, "artifacts": dict}
ARTIFACT_KEYS = {"when": str, "paths": list}
PROJECT = "/builds/shop/digest"
NETWORK = "gitlab-job"
# As the runner begins every script.
PROLOGUE = "if set -o | grep pipefail >/dev/null; then set -o pipefail; fi\nset -o errexit\n"


def docker(*words, **options):
    return subprocess.run(["docker", *words], stdin=options.pop("stdin", subprocess.DEVNULL), check=options.pop("check", True), **options)


def rights_of_services():
    """Privileged, as a runner for Docker in Docker is configured; as far as this machine has the rights itself."""
    with open("/proc/self/status", encoding="ascii") as file:
        bounding = int(re.search(r"^CapBnd:\s*(\w+)", file.read(), re.MULTILINE)[1], 16)
    names = subprocess.run(["setpriv", "--list-caps"], capture_output=True, text=True, check=True).stdout.split()
    missing = [name.upper() for bit, name in enumerate(names) if not bounding >> bit & 1]
    if not missing:
        return ["--privileged"]
    return ["--cap-add=ALL", *(f"--cap-drop={name}" for name in missing), "--volume=/sys/fs/cgroup:/sys/fs/cgroup",
            *(f"--security-opt={what}=unconfined" for what in ("apparmor", "seccomp", "systempaths"))]


def fits(what, content, keys):
    for key, value in content.items():
        if key not in keys or not isinstance(value, keys[key]):
            raise SystemExit(f"gitlab_jobs.py: not known here: {what}: {key}: {value}")


def load(path):
    with open(path, encoding="utf-8") as file:
        pipeline = yaml.safe_load(file)
    variables = pipeline.pop("variables", {})
    for name, job in pipeline.items():
        fits(name, job, KEYS)
        fits(name, job.get("artifacts", {}), ARTIFACT_KEYS)
        if not job.get("script") or not all(isinstance(line, str) for line in job["script"]):
            raise SystemExit(f"gitlab_jobs.py: {name}: a script is a list of commands")
        if job.get("stage", "test") not in STAGES:
            raise SystemExit(f"gitlab_jobs.py: {name}: no such stage: {job['stage']}")
    return variables, sorted(pipeline.items(), key=lambda item: STAGES.index(item[1].get("stage", "test")))


def expand(text, variables):
    """$NAME, as in the values of variables and the names of images; what has no value is empty."""
    return re.sub(r"\$\{?(\w+)\}?", lambda match: variables.get(match[1], ""), text)


class Runner:
    def __init__(self, folder, images):
        self.folder = os.path.abspath(folder)
        self.images = images
        self.kept = []      # (stage, folder) of the artifacts
        self.checkout = f"{self.folder}{PROJECT}"

    def check_out(self, stage):
        shutil.rmtree(self.checkout, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", os.getcwd(), self.checkout], check=True)
        for earlier, folder in self.kept:
            if STAGES.index(earlier) < STAGES.index(stage):
                shutil.copytree(folder, self.checkout, dirs_exist_ok=True, symlinks=True)

    def keep_artifacts(self, name, stage, artifacts, failed):
        when = artifacts.get("when", "on_success")
        if when != "always" and (when == "on_failure") != failed:
            return
        target = f"{self.folder}/artifacts/{name}"
        os.makedirs(target)
        self.kept.append((stage, target))
        for path in artifacts.get("paths", ()):
            source = os.path.join(self.checkout, path.rstrip("/"))
            if os.path.isdir(source):
                shutil.copytree(source, os.path.join(target, path), symlinks=True, ignore=shutil.ignore_patterns("*.sock"))
            elif os.path.exists(source):
                os.makedirs(os.path.dirname(os.path.join(target, path)), exist_ok=True)
                shutil.copy2(source, os.path.join(target, path))

    def start_service(self, image, options):
        """Known by the first part of its image's name."""
        alias = image.split(":")[0].split("/")[-1]
        done = docker("run", "--detach", *rights_of_services(), *options, "--network-alias", alias, image, stdout=subprocess.PIPE, text=True)
        service = done.stdout.strip()
        saved = subprocess.Popen(["docker", "save", *self.images], stdout=subprocess.PIPE)
        inside = ["--env", "DOCKER_HOST=unix:///var/run/docker.sock", service, "docker"]
        while docker("exec", *inside, "info", check=False, capture_output=True).returncode:
            if docker("inspect", "--format", "{{.State.Running}}", service, capture_output=True, text=True).stdout.strip() != "true":
                saved.kill()
                saved.wait()
                docker("logs", service)
                raise SystemExit(f"gitlab_jobs.py: service {image} has ended")
        docker("exec", "--interactive", *inside, "load", "--quiet", stdin=saved.stdout)
        saved.stdout.close()
        saved.wait()
        return service

    def run(self, name, job, variables):
        """Whether the job passed."""
        stage = job.get("stage", "test")
        known = dict(variables, CI="true", GITLAB_CI="true", CI_PROJECT_DIR=PROJECT, CI_JOB_NAME=name)
        known.update(job.get("variables", {}))
        known = {key: expand(str(value), known) for key, value in known.items()}
        image = job["image"] if isinstance(job["image"], dict) else {"name": job["image"]}
        options = ["--network", NETWORK, "--volume", f"{self.folder}/builds:/builds", "--workdir", PROJECT]
        options += [word for key, value in known.items() for word in ("--env", f"{key}={value}")]
        self.check_out(stage)
        docker("network", "create", NETWORK, stdout=subprocess.DEVNULL)
        services = []
        try:
            services += [self.start_service(service, options) for service in job.get("services", ())]
            if "entrypoint" in image:
                options += ["--entrypoint", image["entrypoint"][0]]
            script = PROLOGUE + "".join(f"echo {shell_word('$ ' + line)}\n{line}\n" for line in job["script"])
            done = docker("run", "--rm", "--interactive", *options, expand(image["name"], known), "sh", input=script, text=True,
                          stdin=None, check=False)
        finally:
            for service in services:
                docker("rm", "--force", "--volumes", service, stdout=subprocess.DEVNULL)
            docker("network", "rm", NETWORK, stdout=subprocess.DEVNULL)
        self.keep_artifacts(name, stage, job.get("artifacts", {}), done.returncode != 0)
        print(f"== {name}: exit status {done.returncode}", flush=True)
        return done.returncode == 0


def shell_word(text):
    return "'" + text.replace("'", "'\\''") + "'"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    variables, jobs = load(sys.argv[1])
    runner = Runner(sys.argv[2], sys.argv[3:])
    failed_stage = None
    for name, job in jobs:
        stage = job.get("stage", "test")
        if failed_stage not in (None, stage):
            break
        print(f"== {name}", flush=True)
        if not runner.run(name, job, variables):
            failed_stage = stage
    sys.exit(1 if failed_stage else 0)


if __name__ == "__main__":
    main()
