#!/usr/bin/env python3
"""Runs clang-tidy-16 on each source of the project that a change reaches.

usage: tidy.py BUILD_DIR

BUILD_DIR must be built: its compile commands say how each file is compiled, its dependencies which headers it
reads. A file that was found clean before, with the same content, headers, command, .clang-tidy and clang-tidy,
is not looked at again; on a machine that has no such memory all are. So a change of a header of all, or of
.clang-tidy, has everything looked at. Comments do not count, except those that clang-tidy reads.
The memory is in V4L2CPP_TIDY_CACHE, ~/.cache/v4l2cppsrc-tidy by default.
The exit status is 0 when all are clean.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import subprocess
import sys

TIDY = "clang-tidy-16"
PROJECT = pathlib.Path(__file__).resolve().parent.parent
# On these files bugprone-unchecked-optional-access takes 3 s or, depending on addresses, over twenty minutes.
# Its solver has no limit. All other checks run on these files.
WITHOUT_OPTIONALS = ["--checks=-bugprone-unchecked-optional-access"]
LONG = 100  # seconds; other files take up to 40
ENDLESS = dict.fromkeys([*(f"gst/v4l2/device/media_{name}.cpp" for name in ("mend", "nodes", "topology")),
                         "gst/v4l2cppsrc/camera/user_controls.cpp"], WITHOUT_OPTIONALS)


def code(line):
    """Returns a line without its comment, or the whole line if clang-tidy reads that."""
    if b"NOLINT" in line:
        return line
    return b"" if line.lstrip().startswith(b"//") else line.split(b"///<")[0].rstrip()


@functools.cache
def content(path):
    text = pathlib.Path(path).read_bytes()
    if path_is_ours(path):
        text = b"\n".join(filter(None, map(code, text.splitlines())))
    return hashlib.sha256(text).hexdigest()


def path_is_ours(path):
    return pathlib.Path(path).suffix in (".cpp", ".h") and pathlib.Path(path).is_relative_to(PROJECT)


def dependencies(build):
    """Returns the files from which each object file was built, by ninja's own record."""
    files, objects = None, {}
    for line in subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True,
                               text=True).stdout.splitlines():
        if line.startswith("    "):
            files.append(os.path.join(build, line.strip()))
        elif ":" in line:
            files = objects.setdefault(line.split(":")[0], [])
    return objects


def units(build):
    """Yields each source of the project, with a digest of all that its result depends on."""
    read = dependencies(build)
    rules = [PROJECT / ".clang-tidy", *sorted(PROJECT.glob("*/**/.clang-tidy"))]
    fixed = "".join(map(content, rules)) + subprocess.run([TIDY, "--version"], check=True, capture_output=True,
                                                           text=True).stdout
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(os.path.normpath(os.path.join(entry["directory"], entry["file"])))
        # The examples in C are for others. The checks in .clang-tidy are those of C++.
        if source.suffix != ".cpp" or not source.is_relative_to(PROJECT):
            continue
        if source.is_relative_to(PROJECT / "subprojects"):
            continue
        name = str(source.relative_to(PROJECT))
        # Sorted by a name that is the same in each checkout. Else a checkout in another directory knows no file.
        headers = sorted({os.path.normpath(path) for path in read[entry["output"]]},
                         key=lambda path: path.replace(str(PROJECT), "."))
        # None of these three words changes what clang-tidy finds.
        command = entry["command"].replace(str(PROJECT), ".").removeprefix("ccache ")
        command = command.replace(" -Werror ", " ").replace(" -g ", " ")
        words = [fixed, name, *ENDLESS.get(name, []), command]
        words += [content(path) for path in [source, *headers]]
        yield name, hashlib.sha256("\n".join(words).encode()).hexdigest()


def look(build, name):
    """Returns clang-tidy's output on a file, or None if the file is clean. A file that takes too long is in that
    solver, and is checked again without it."""
    command = [TIDY, "-quiet", "-p", build, *ENDLESS.get(name, []), name]
    try:
        run = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True, timeout=LONG)
    except subprocess.TimeoutExpired:
        print(f"clang-tidy: {name} took over {LONG} s; again, with {WITHOUT_OPTIONALS[0]}", flush=True)
        command[1:1] = WITHOUT_OPTIONALS
        run = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
    return run.stdout + run.stderr if run.returncode != 0 else None


def main(build):
    home = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    cache = pathlib.Path(os.environ.get("V4L2CPP_TIDY_CACHE") or home / "v4l2cppsrc-tidy")
    cache.mkdir(parents=True, exist_ok=True)
    # clang-tidy checks a file once for each command that compiles it.
    digests = {}
    for name, digest in units(build):
        digests.setdefault(name, []).append(digest)
    wanted = {name: hashlib.sha256("".join(sorted(all_of)).encode()).hexdigest() for name, all_of in digests.items()}
    due = {name: digest for name, digest in wanted.items() if not (cache / digest).exists()}
    print(f"clang-tidy: {len(due)} of {len(wanted)} files to look at", flush=True)
    clean = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        looks = {pool.submit(look, build, name): name for name in due}
        # Each result is kept at once, so that a run that is interrupted has not been in vain.
        for done in concurrent.futures.as_completed(looks):
            name, complaint = looks[done], done.result()
            if complaint is None:
                (cache / due[name]).touch()
            else:
                clean = False
                print(f"clang-tidy: {name}\n{complaint}", flush=True)
    return 0 if clean and wanted else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
